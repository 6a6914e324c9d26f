#include "learn/sft_trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "learn/activations.h"
#include "learn/slate_measurement.h"

namespace r2rank::learn {
namespace {

std::vector<SftSlate> views_of(const std::vector<const SftExample*>& trees) {
  std::vector<SftSlate> views;
  for (const auto* tree : trees) views.push_back(tree->view());
  return views;
}

int64_t tokens_of(const std::vector<const SftExample*>& trees) {
  int64_t tokens = 0;
  for (const auto* tree : trees) tokens += tree->tokens;
  return tokens;
}

std::vector<const SftExample*> pointers_to(const std::vector<SftExample>& trees) {
  std::vector<const SftExample*> pointers;
  for (const auto& tree : trees) pointers.push_back(&tree);
  return pointers;
}

std::vector<int64_t> sizes_of(const std::vector<SftExample>& trees) {
  std::vector<int64_t> sizes;
  for (const auto& tree : trees) sizes.push_back(tree.count);
  return sizes;
}

/// Means of what a step or a measurement found, under names that begin with `prefix`.
void add_outcome(const SftOutcome& outcome, const SftOptions& options, const std::string& prefix,
                 StepLog& log) {
  const auto tokens = static_cast<double>(outcome.size.tokens),
             rationales = static_cast<double>(outcome.size.rationales),
             candidates = static_cast<double>(outcome.size.candidates);
  log.emplace_back(prefix + "loss", outcome.loss(options));
  log.emplace_back(prefix + "token_loss", outcome.token_loss / tokens);
  log.emplace_back(prefix + "perplexity", std::exp(outcome.token_loss / tokens));
  log.emplace_back(prefix + "verdict_accuracy", static_cast<double>(outcome.right_verdicts) / rationales);
  log.emplace_back(prefix + "readout_loss", outcome.readout_loss / rationales);
  log.emplace_back(prefix + "silent_loss", outcome.silent_loss / candidates);
}

double value_of(const StepLog& log, const std::string& name) {
  const auto found =
      std::find_if(log.begin(), log.end(), [&](const auto& entry) { return entry.first == name; });
  return found == log.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

MemoryPlan plan_memory(const SftConfig& config, const model::LanguageModel& model) {
  return plan_memory(config, {.verb = "sft", .rollouts = config.valid_rationales > 0}, model);
}

void check_validation_slates(const SftConfig& config, const data::Split& split) {
  if (config.selects_by_ndcg() && split.valid.slates.empty())
    base::fail_usage("sft",
                     "select = ndcg ranks validation slates, and the split has none: make it with "
                     "--valid-users, or pass --select valid_loss");
}

SftExampleOptions example_options(const SftConfig& config, const MemoryPlan& memory) {
  return {config.rationale_tokens, memory.tokens_per_pass, config.valid_share,
          static_cast<uint64_t>(config.model_options.seed)};
}

SftTrainer::SftTrainer(const SftConfig& config, RankingModel& model, const data::Dataset& dataset,
                       const data::Split& split, SftExamples examples, const std::string& rationales_hash,
                       const base::Path& run)
    : TrainingStage(
          {"SFT", 0, true}, config, plan_memory(config, *model.model), model,
          {"sft", configuration_of(config), dataset.hash, data::training_hash(split), rationales_hash}, run,
          nullptr),
      config_(config),
      examples_(std::move(examples)),
      schedule_(sizes_of(examples_.training), config.rationales_per_step,
                static_cast<uint64_t>(config.model_options.seed)),
      valid_slates_(
          validation_slates(dataset, split, {dataset, split, *model.prompts}, config.valid_slates)) {
  check_positions(model, config.rationale_tokens);
  // Later training goes on behind what the model and the rationales were made of.
  if (state_.step == 0)
    state_.next_slate =
        std::max(first_new_slate(model, dataset.hash, data::training_hash(split)), examples_.next_slate);
}

double SftTrainer::progress_after(int64_t trees) const {
  const double by_epochs =
      static_cast<double>(state_.slates + trees) / static_cast<double>(config_.epochs * schedule_.trees());
  return std::max(by_epochs, share_of_minutes(config_.minutes));
}

double SftTrainer::progress() const {
  if (seeks_best() && state_.best && state_.best->worse >= config_.patience) return 1;
  const double by_steps =
      config_.steps > 0 ? static_cast<double>(state_.step) / static_cast<double>(config_.steps) : 0;
  return std::max(by_steps, progress_after(0));
}

SftOutcome SftTrainer::teach(const std::vector<const SftExample*>& trees) {
  const SftSize size = sft_size(views_of(trees));
  SftOutcome outcome;
  for (const auto& pack : pack_trees(trees, memory_.tokens_per_pass)) {
    SftOptions options = config_.step_options();
    options.checkpoint_layers =
        recomputes_layers(config_, *model_.model, tokens_of(pack), memory_.activations);
    outcome += accumulate_sft_step(*model_.model, model_.reasoner->frame(), views_of(pack), options, size);
  }
  return outcome;
}

StepLog SftTrainer::step() {
  const auto start = std::chrono::steady_clock::now();
  std::vector<const SftExample*> trees;
  for (const size_t tree : schedule_.step_at(state_.slates)) trees.push_back(&examples_.training[tree]);
  const SftOutcome outcome = teach(trees);
  StepLog log = {{"epoch", static_cast<double>(state_.slates) / static_cast<double>(schedule_.trees())}};
  add_outcome(outcome, config_.step_options(), "", log);
  // Half of the step counts as done, so that the first one does not run at a rate of zero.
  const auto taught = static_cast<int64_t>(trees.size());
  const double by_steps =
      config_.steps > 0 ? (static_cast<double>(state_.step) + 0.5) / static_cast<double>(config_.steps) : 0;
  count_nonfinite(apply_gradients(std::max(by_steps, progress_after((taught + 1) / 2)), log));
  const double seconds = seconds_since(start);
  ++state_.step;
  state_.slates += taught;
  log.emplace_back("rationales", static_cast<double>(outcome.size.rationales));
  log.emplace_back("seconds", seconds);
  log.emplace_back("tokens_per_second", static_cast<double>(tokens_of(trees)) / seconds);
  log.emplace_back("nonfinite_steps", static_cast<double>(state_.nonfinite_steps));
  if (!measures_now()) return log;
  const StepLog measured = measure();
  log.insert(log.end(), measured.begin(), measured.end());
  if (seeks_best())
    keep_best(value_of(measured, config_.selects_by_ndcg() ? "valid_ndcg" : "valid_loss"),
              config_.selects_by_ndcg());
  return log;
}

bool SftTrainer::measures_now() const {
  if (examples_.valid.empty() && valid_slates_.empty()) return false;
  const bool due = config_.valid_every > 0 ? state_.step % config_.valid_every == 0
                                           : state_.slates % schedule_.trees() == 0;
  return due || progress() >= 1;
}

StepLog SftTrainer::measure() {
  const auto start = std::chrono::steady_clock::now();
  StepLog log;
  SftOutcome outcome;
  for (const auto& pack : pack_trees(pointers_to(examples_.valid), memory_.tokens_per_pass))
    outcome += measure_sft(*model_.model, model_.reasoner->frame(), views_of(pack));
  if (!examples_.valid.empty()) add_outcome(outcome, config_.step_options(), "valid_", log);
  const SlateMeasurement ranked = measure_slates(*model_.reasoner, valid_slates_, config_.sampling());
  if (ranked.reasoned) state_.gate = ranked.gate();
  const auto entries = ranked.entries();
  if (!valid_slates_.empty()) log.insert(log.end(), entries.begin(), entries.end());
  log.emplace_back("valid_seconds", seconds_since(start));
  return log;
}

bool SftTrainer::seeks_best() const {
  return config_.patience > 0 && (config_.selects_by_ndcg() || !examples_.valid.empty());
}

/// What the run starts from, so that the log shows what it gained.
void SftTrainer::begin() {
  if (examples_.valid.empty() && valid_slates_.empty()) return;
  log_->add(0, measure());
}

std::string SftTrainer::note(const StepLog& log) {
  std::string note = fmt::format("epoch {:.1f}  token loss {:.3f}  verdicts {:.0f} %", value_of(log, "epoch"),
                                 value_of(log, "token_loss"), 100 * value_of(log, "verdict_accuracy"));
  if (config_.minutes > 0) note += fmt::format("  {:.1f} of {:.1f} min", elapsed() / 60, config_.minutes);
  return note;
}

}  // namespace r2rank::learn
