#pragma once

#include <memory>
#include <string>

#include "baselines/method.h"
#include "experiment/ranking_scorer.h"
#include "model/language_model.h"

namespace r2rank::experiment {

/// "trained-model": a model of `train`, asked as `eval --model` asks it, with its signals, silently unless
/// `rationales` says otherwise. As a row of a comparison it stands beside all others, and combinations learn
/// from it.
class TrainedMethod : public baselines::Method {
 public:
  TrainedMethod() { options_.tuning = "frozen"; }

  baselines::MethodText text() const override;
  void describe(base::ConfigFields& fields) override;
  /// The seed is that of its rationales. Errors: kUsage without a model, and for one that was trained on
  /// other events of this data set; as open_ranking_model(), ReasoningOptions::follow_training() and
  /// RankingScorer.
  std::unique_ptr<baselines::Scorer> make(const baselines::TrainingData& data, uint64_t seed) const override;

 private:
  std::string path_;
  model::ModelOptions options_;
  ReasoningOptions reasoning_;
};

}  // namespace r2rank::experiment
