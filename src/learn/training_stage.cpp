#include "learn/training_stage.h"

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"

namespace r2rank::learn {

TrainingStage::TrainingStage(Label label, const OptimisationConfig& config, const MemoryPlan& memory,
                             RankingModel& model, RunIdentity identity, base::Path run,
                             std::unique_ptr<Critic> critic)
    : model_(model),
      run_(std::move(run)),
      memory_(memory),
      critic_(std::move(critic)),
      label_(std::move(label)),
      optimisation_(config),
      identity_(std::move(identity)),
      optimizer_(model.model->parameters(), config.adamw_options()),
      start_(std::chrono::steady_clock::now()) {
  model_.reasoner->set_budget(memory_.rollout);
  if (!config.memory.empty()) base::log_info("{}", memory_.text(config, *model_.model));
  if (has_checkpoint(run_)) state_ = load_checkpoint(run_, optimizer_, critic_.get(), identity_);
  if (state_.step > 0) adopt_best();
  seconds_before_ = last_save_ = state_.seconds;
  log_ = std::make_unique<base::RunLog>(run_, state_.step);
}

/// A crash may come between the best model and the next checkpoint: the folder then knows more than the
/// state.
void TrainingStage::adopt_best() {
  if (!std::filesystem::exists(run_ / "best")) return;
  const auto kept = chosen_by(read_training(run_ / "best"));
  if (kept && (!state_.best || kept->step > state_.best->step)) state_.best = kept;
}

double TrainingStage::elapsed() const {
  return seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

double TrainingStage::share_of_minutes(double minutes) const {
  return minutes > 0 ? elapsed() / (60 * minutes) : 0;
}

bool TrainingStage::apply_gradients(double progress, StepLog& log) {
  const double norm = optimizer_.gradient_norm();
  const double factor = schedule_factor(progress, optimisation_.rate_warm_up, optimisation_.final_rate);
  log.emplace_back("gradient_norm", norm);
  log.emplace_back("learning_rate", factor * optimisation_.learning_rate);
  const double critic_norm = critic_ != nullptr ? critic_->optimizer().gradient_norm() : 0;
  const bool finite = std::isfinite(norm) && std::isfinite(critic_norm);
  if (finite)
    optimizer_.step(factor * optimisation_.learning_rate, factor * optimisation_.readout_learning_rate, norm);
  model_.model->parameters().zero_gradients();
  if (critic_ == nullptr) return finite;
  if (finite) critic_->optimizer().step(0, factor * critic_learning_rate_, critic_norm);
  critic_->parameters().zero_gradients();
  return finite;
}

void TrainingStage::count_nonfinite(bool finite) {
  nonfinite_in_a_row_ = finite ? 0 : nonfinite_in_a_row_ + 1;
  if (finite) return;
  ++state_.nonfinite_steps;
  base::log_warning("step {}: the gradient is not finite; its update is skipped ({} in all)", state_.step,
                    state_.nonfinite_steps);
}

void TrainingStage::run() {
  if (state_.step == 0) begin();
  base::Progress bar(label_.bar, label_.total_steps, "steps");
  bar.start_at(state_.step);
  if (label_.shared) bar.set_share(progress());
  while (progress() < 1) {
    const StepLog log = step();
    after_step(log);
    if (label_.shared) bar.set_share(progress());
    bar.advance(1, note(log));
    if (base::interrupt_requested()) {
      save();
      bar.finish();
      stop_interrupted();
    }
    if (elapsed() - last_save_ > 60 * optimisation_.checkpoint_minutes) save();
  }
  bar.finish();
  end();
  finish();
}

void TrainingStage::after_step(const StepLog& log) {
  log_->add(state_.step, log);
  if (nonfinite_in_a_row_ >= optimisation_.nonfinite_limit) stop_nonfinite();
}

void TrainingStage::stop_interrupted() {
  base::fail(
      base::ErrorKind::kInterrupted, identity_.verb,
      "stopped at step {}; the checkpoint is saved. To resume, run the same command again with --resume",
      state_.step);
}

/// The skipped steps changed no weight: what is saved is the model before them.
void TrainingStage::stop_nonfinite() {
  save();
  base::fail_data(
      identity_.verb,
      "{} steps in a row had a gradient that is not finite and were skipped; the model before them is in "
      "{}. Lower learning_rate or use --dtype f32",
      nonfinite_in_a_row_, (run_ / "checkpoint").string());
}

void TrainingStage::save() {
  state_.seconds = elapsed();
  save_checkpoint(run_, model_, optimizer_, critic_.get(), state_, identity_);
  last_save_ = state_.seconds;
}

/// The finished model takes the place of the checkpoint, which is three times its size.
void TrainingStage::finish() {
  try {
    write_result();
  } catch (const base::Error&) {
    // A full disk, say: the model is not lost where a checkpoint still fits, and --resume then only writes
    // it.
    try {
      save();
    } catch (const base::Error& again) {
      base::log_warning("no newer checkpoint either: {}", again.what());
    }
    throw;
  }
  std::error_code ignored;
  std::filesystem::remove_all(run_ / "checkpoint", ignored);
}

void TrainingStage::keep_best(double value, bool higher_is_better) {
  const bool better =
      !state_.best || (higher_is_better ? value > state_.best->value : value < state_.best->value);
  if (std::isfinite(value) && better) {
    state_.best = RunState::Best{value, state_.step, 0};
    write_model(run_ / "best");
  } else if (state_.best && state_.step > state_.best->step) {  // not one that is repeated after a crash
    ++state_.best->worse;
  }
}

void TrainingStage::write_result() {
  if (!state_.best || !std::filesystem::exists(run_ / "best")) return write_model(run_ / "model");
  if (state_.best->step == 0)
    base::log_warning(
        "no measurement ranked the validation slates better than the model that the run began with: that one "
        "is its result");
  state_.seconds = elapsed();
  rewrite_training(run_ / "best",
                   [&](const std::string& training) { return with_whole_run(training, state_); });
  std::error_code code;
  std::filesystem::rename(run_ / "best", run_ / "model", code);
  if (code) base::fail_io(identity_.verb, "cannot write {}: {}", (run_ / "model").string(), code.message());
}

void TrainingStage::write_model(const base::Path& target) {
  base::AtomicFolder folder(target, true);
  state_.seconds = elapsed();
  write_ranking_model(model_, folder.path(), training_text(state_, identity_));
  folder.commit();
}

}  // namespace r2rank::learn
