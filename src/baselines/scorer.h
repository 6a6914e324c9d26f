#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/slates.h"
#include "data/split.h"

namespace r2rank::baselines {

/// Anything that scores the candidates of a slate; higher is better. Baselines and the language model share it, so that
/// one evaluation loop serves both.
class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual std::string name() const = 0;
  virtual std::vector<double> score(const data::Slate& slate) = 0;  ///< [K]
};

/// What a baseline may learn from: training interactions only. The references must outlive the scorer.
struct TrainingData {
  const data::Dataset& dataset;
  const data::Split& split;
};

/// "random" (keyed by seed and slate), "constant", "incoming" (the given order), "popularity", "item-knn", "tfidf", "bm25".
std::vector<std::string> baseline_names();
/// Errors: kUsage for an unknown name, with the nearest one.
std::unique_ptr<Scorer> make_baseline(const std::string& name, const TrainingData& data, uint64_t seed);

}  // namespace r2rank::baselines
