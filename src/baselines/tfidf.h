#pragma once

#include <memory>

#include "baselines/scorer.h"

namespace r2rank::baselines {

struct TfidfOptions {
  int64_t history = 10;  ///< how many of the user's last items make the query
  bool pairs = true;     ///< pairs of neighbouring words are terms too
};

/// Cosine between the candidate's text and the mean of the last history items' texts (title, brand,
/// categories, description), in scikit-learn's default weighting: count * (ln((1 + documents) / (1 +
/// documents with the term)) + 1), rows of length 1. The documents are the catalogue: no interaction enters.
/// Errors: kUsage unless history >= 1.
std::unique_ptr<Scorer> make_tfidf(const data::Dataset& dataset, const TfidfOptions& options);

}  // namespace r2rank::baselines
