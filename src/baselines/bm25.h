#pragma once

#include <memory>

#include "base/config.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

struct Bm25Options {
  int64_t history = 10;       ///< how many of the user's last items' titles make the query
  double k1 = 1.2, b = 0.75;  ///< saturation of a term's count; how much a document's length counts

  void describe(base::ConfigFields& fields);
};

/// Okapi BM25 (Robertson & Zaragoza 2009) as Lucene computes it: the query is every word of the last history
/// items' titles, a repeated word as often as it stands there; documents are the items' whole texts. A term
/// adds ln(1 + (N - n + .5) / (n + .5)) * c / (c + k1 * (1 - b + b * length / mean length)). No interaction
/// enters. Errors: kUsage for history < 1, k1 < 0 or b outside [0, 1].
std::unique_ptr<Scorer> make_bm25(const data::Dataset& dataset, const Bm25Options& options);

}  // namespace r2rank::baselines
