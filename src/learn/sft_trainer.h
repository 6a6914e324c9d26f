#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"
#include "learn/sft_config.h"
#include "learn/sft_examples.h"
#include "learn/training_stage.h"

namespace r2rank::learn {

/// Supervised fine-tuning on written rationales: trees in a new order each epoch, steps, measurements on
/// held-out users and validation slates. Everything random is keyed by seed, epoch and slate, so a resumed
/// run repeats an uninterrupted one bit for bit at the same thread count.
class SftTrainer : public TrainingStage {
 public:
  /// Continues from <run>/checkpoint where there is one (then `model` must have been opened from it). The
  /// references must outlive the trainer. `rationales_hash` is that of the set the examples are made of.
  /// Errors: kUsage, kData.
  SftTrainer(const SftConfig& config, RankingModel& model, const data::Dataset& dataset,
             const data::Split& split, SftExamples examples, const std::string& rationales_hash,
             const base::Path& run);

  StepLog step() override;

 private:
  double progress() const override;
  double progress_after(int64_t trees) const;
  std::string note(const StepLog& log) override;
  void begin() override;
  SftOutcome teach(const std::vector<const SftExample*>& trees);
  bool measures_now() const;
  StepLog measure();
  bool seeks_best() const;

  SftConfig config_;
  SftExamples examples_;
  SftSchedule schedule_;
  std::vector<rollout::PreparedSlate> valid_slates_;
};

/// Refuses a split whose validation slates cannot do what the settings ask of them. Errors: kUsage.
void check_validation_slates(const SftConfig& config, const data::Split& split);
/// How trees are made of rationales under these settings.
SftExampleOptions example_options(const SftConfig& config, const MemoryPlan& memory);
MemoryPlan plan_memory(const SftConfig& config, const model::LanguageModel& model);

}  // namespace r2rank::learn
