#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/run_log.h"
#include "data/dataset.h"
#include "data/split.h"
#include "data/training_slates.h"
#include "learn/memory_plan.h"
#include "learn/model_folder.h"
#include "learn/optimizer.h"
#include "learn/run_state.h"
#include "learn/train_config.h"
#include "rollout/slate_prompts.h"

namespace r2rank::learn {

/// Mean values of one step, by name; docs/metrics.md explains each.
using StepLog = std::vector<std::pair<std::string, double>>;

/// One stage of training: draws slates, rolls out, accumulates gradients, steps, logs, saves. Everything
/// random is keyed by (seed, step, slate), so a resumed run repeats an uninterrupted one bit for bit at the
/// same thread count.
class Trainer {
 public:
  /// Continues from <run>/checkpoint where there is one (then `model` must have been opened from it). The
  /// references must outlive the trainer. Errors: kUsage, kData.
  Trainer(const TrainConfig& config, RankingModel& model, const data::Dataset& dataset,
          const data::Split& split, base::Path run);

  /// Trains to the end of the budget. Saves a checkpoint every few minutes and at the end. On Ctrl-C saves
  /// one and throws kInterrupted with how to resume. Errors: kIo; kData after too many non-finite steps (the
  /// last good checkpoint stays).
  void run();
  /// One optimiser step; public for tests and benchmarks.
  StepLog step();

  const RunState& state() const { return state_; }

 private:
  struct Batch;
  Batch draw() const;
  void roll_out(Batch& batch) const;
  void set_baselines(Batch& batch) const;
  void add_references(Batch& batch);
  /// false: its gradient was not finite and changed nothing.
  bool one_epoch(Batch& batch, int64_t epoch, StepLog& log);
  void count_nonfinite(bool finite);
  [[noreturn]] void stop_nonfinite();
  void warn_beyond_budget(int64_t tokens);
  std::vector<SlateOutcome> accumulate(const Batch& batch, const StepOptions& options);
  bool apply_gradients(StepLog& log);
  double progress() const;
  void save();
  void finish();
  void write_model();
  double elapsed() const;

  TrainConfig config_;
  RankingModel& model_;
  const data::Dataset& dataset_;
  const data::Split& split_;
  base::Path run_;
  rollout::SlatePrompts prompts_;
  data::TrainingSlates slates_;
  MemoryPlan memory_;
  bool beyond_budget_ = false;  // said once
  AdamW optimizer_;
  std::unique_ptr<Critic> critic_;  // with ranking_baseline = critic alone
  RunState state_;
  std::unique_ptr<RankingModel> reference_;
  std::unique_ptr<base::RunLog> log_;
  int64_t nonfinite_in_a_row_ = 0;
  double seconds_before_ = 0, last_save_ = 0;
  std::chrono::steady_clock::time_point start_;
};

/// What a run would refuse about its data, said before anything is touched. Errors: kUsage.
void check_training_data(const TrainConfig& config, const data::Dataset& dataset, const data::Split& split);

}  // namespace r2rank::learn
