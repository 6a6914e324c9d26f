#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/run_log.h"
#include "learn/critic.h"
#include "learn/memory_plan.h"
#include "learn/model_folder.h"
#include "learn/optimisation_config.h"
#include "learn/optimizer.h"
#include "learn/run_state.h"

namespace r2rank::learn {

/// Mean values of one step, by name; docs/metrics.md explains each.
using StepLog = std::vector<std::pair<std::string, double>>;

/// What every stage of training does around its steps: optimiser, guard against gradients that are not
/// finite, log, checkpoints, Ctrl-C, the finished model. A stage says what a step is and when it is over.
class TrainingStage {
 public:
  virtual ~TrainingStage() = default;
  TrainingStage(const TrainingStage&) = delete;
  TrainingStage& operator=(const TrainingStage&) = delete;

  /// Trains to the end of the budget. Saves a checkpoint every few minutes and at the end. On Ctrl-C saves
  /// one and throws kInterrupted with how to resume. Errors: kIo; kData after too many non-finite steps (the
  /// last good checkpoint stays).
  void run();
  /// One optimiser step; public for tests and benchmarks.
  virtual StepLog step() = 0;

  const RunState& state() const { return state_; }

 protected:
  /// How the stage is announced and its progress counted.
  struct Label {
    std::string bar;          ///< "RL"
    int64_t total_steps = 0;  ///< 0: unknown beforehand
    bool shared = false;      ///< progress(), not the number of steps, says how much is done
  };
  /// Continues from <run>/checkpoint where there is one (then `model` must have been opened from it).
  /// Errors: kUsage, kData, kIo.
  TrainingStage(Label label, const OptimisationConfig& config, const MemoryPlan& memory, RankingModel& model,
                RunIdentity identity, base::Path run, std::unique_ptr<Critic> critic);

  /// Share of the budget that is used up; the run ends at 1.
  virtual double progress() const = 0;
  /// What the progress bar shows beside a step.
  virtual std::string note(const StepLog& log) = 0;
  /// Before the first step, not after a resumption.
  virtual void begin() {}
  /// After the last step, before the result is written.
  virtual void end() {}

  /// Share of a wall-clock budget that is used up; 0 without one.
  double share_of_minutes(double minutes) const;
  /// One optimiser step from the collected gradients, which are zeroed; `progress` decides the rate. false:
  /// the gradient was not finite and changed nothing.
  bool apply_gradients(double progress, StepLog& log);
  /// Counts a step whose gradient was not finite, in a row and in all.
  void count_nonfinite(bool finite);
  /// Keeps the model of a measurement in <run>/best where it is the best so far: it, not the last one,
  /// becomes the run's result. Others are counted: state().best->worse in a row. What is no number is no
  /// better than any.
  void keep_best(double value, bool higher_is_better);
  double elapsed() const;

  RankingModel& model_;
  base::Path run_;
  MemoryPlan memory_;
  std::unique_ptr<Critic> critic_;  // null without one
  double critic_learning_rate_ = 0;
  RunState state_;
  std::unique_ptr<base::RunLog> log_;

 private:
  void adopt_best();
  void after_step(const StepLog& log);
  [[noreturn]] void stop_interrupted();
  [[noreturn]] void stop_nonfinite();
  void save();
  void finish();
  /// Writes <run>/model.
  void write_result();
  void write_model(const base::Path& folder);

  Label label_;
  OptimisationConfig optimisation_;
  RunIdentity identity_;
  AdamW optimizer_;
  int64_t nonfinite_in_a_row_ = 0;
  double seconds_before_ = 0, last_save_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace r2rank::learn
