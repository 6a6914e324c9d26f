#pragma once

#include <memory>

#include "base/config.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

struct TfidfOptions {
  int64_t history = 10;          ///< how many of the user's last items make the query
  bool pairs = true;             ///< pairs of neighbouring words are terms too
  bool sublinear = true;         ///< a term counts 1 + ln(count) instead of count
  int64_t fewest_documents = 2;  ///< terms of fewer documents are left out
  /// Terms of more than this share of the documents are left out: the catalogue's own stop words, in any
  /// language.
  double largest_share = 0.2;

  void describe(base::ConfigFields& fields);
};

/// Cosine between the candidate's text and the mean of the last history items' texts (title, brand,
/// categories, description) in scikit-learn's weighting: count * (ln((1 + documents) / (1 + documents with
/// the term)) + 1), rows of length 1. The documents are the catalogue: no interaction enters. Errors: kUsage
/// unless history >= 1, fewest_documents >= 1 and 0 < largest_share <= 1.
std::unique_ptr<Scorer> make_tfidf(const data::Dataset& dataset, const TfidfOptions& options);

}  // namespace r2rank::baselines
