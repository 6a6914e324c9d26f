#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"
#include "data/training_slates.h"
#include "learn/taught_slates.h"
#include "learn/train_config.h"
#include "learn/training_stage.h"
#include "rollout/slate_prompts.h"

namespace r2rank::learn {

/// One stage of `train`: draws slates, rolls out, accumulates gradients, steps. Everything random is keyed by
/// (seed, step, slate), so a resumed run repeats an uninterrupted one bit for bit at the same thread count.
class Trainer : public TrainingStage {
 public:
  /// Continues from <run>/checkpoint where there is one (then `model` must have been opened from it). The
  /// references must outlive the trainer. `signals` are those of a model that has some, `teaching` those that
  /// teach it. Errors: kUsage, kData.
  Trainer(const TrainConfig& config, RankingModel& model, const data::Dataset& dataset,
          const data::Split& split, const base::Path& run, rollout::SignalSource* signals = nullptr,
          const Teaching* teaching = nullptr);

  StepLog step() override;

 private:
  struct Batch;
  double progress() const override;
  void begin() override;
  void end() override;
  std::string note(const StepLog& log) override;
  int64_t first_taught() const;
  Batch draw() const;
  void roll_out(Batch& batch) const;
  std::vector<rollout::SlateRollout> written(std::span<const rollout::PreparedSlate* const> slates,
                                             const rollout::SamplingOptions& options, bool with_scores) const;
  void set_baselines(Batch& batch) const;
  void add_references(Batch& batch);
  /// false: its gradient was not finite and changed nothing.
  bool one_epoch(Batch& batch, int64_t epoch, StepLog& log);
  void warn_beyond_budget(int64_t tokens);
  std::vector<SlateOutcome> accumulate(const Batch& batch, const StepOptions& options);
  /// Measurements that are due after so much of the budget.
  int64_t measurements_due() const;
  StepLog measure();

  TrainConfig config_;
  rollout::SlatePrompts prompts_;
  data::TrainingSlates slates_;
  std::optional<TaughtSlates> taught_;
  std::vector<rollout::PreparedSlate> valid_slates_;
  bool beyond_budget_ = false;               // said once
  int64_t measured_step_ = -1;               // of the last measurement of this call
  std::unique_ptr<RankingModel> reference_;  // the model it started from; null where nothing asks for it
  double smoothed_ = std::numeric_limits<double>::quiet_NaN();  // of the value beside the progress bar
};

/// What a run would refuse about its data, said before anything is touched. Errors: kUsage.
void check_training_data(const TrainConfig& config, const data::Dataset& dataset, const data::Split& split);

}  // namespace r2rank::learn
