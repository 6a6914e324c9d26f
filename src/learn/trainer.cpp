#include "learn/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/log.h"
#include "learn/activations.h"
#include "learn/slate_measurement.h"
#include "learn/step.h"
#include "learn/step_summary.h"
#include "rollout/rationale_change.h"

namespace r2rank::learn {
namespace {

std::unique_ptr<Critic> critic_of(const TrainConfig& config, const model::LanguageModel& model) {
  if (ranking_baseline_of(config.ranking_baseline) != RankingBaseline::kCritic) return nullptr;
  return std::make_unique<Critic>(model.config().width, config.model_options.readout_hidden,
                                  config.adamw_options(), config.model_options.seed,
                                  model.transformer().device());
}

std::string signals_hash(const RankingModel& model, const Teaching* teaching) {
  if (teaching != nullptr) return teaching->hash;
  return model.signals ? model.signals->set.hash : "";
}

/// Of silent scores.
double mean_utility(std::span<const SlateOutcome> outcomes) {
  double sum = 0;
  for (const auto& outcome : outcomes) sum += outcome.silent_utility;
  return sum / static_cast<double>(outcomes.size());
}

/// Only later epochs have anything to clip: in the first one every ratio is 1.
void take_clipping(const StepLog& from, StepLog& to) {
  for (auto& [name, value] : to)
    if (name == "token_clip_share" || name == "ranking_clip_share")
      value = std::find_if(from.begin(), from.end(), [&](const auto& entry) {
                return entry.first == name;
              })->second;
}

}  // namespace

/// The slates of one optimiser step with their rollouts.
struct Trainer::Batch {
  std::vector<rollout::PreparedSlate> prepared;
  // Of so many of the first ones a user chose a candidate; of the others signals say what is likely.
  size_t labelled = 0;
  std::vector<rollout::SlateRollout> rollouts;  // [B], empty in a silent stage
  std::vector<double> baselines;                // [B]
  std::vector<SlateOutcome> first;              // outcomes of the first epoch, frozen for later ones
  std::vector<std::vector<std::vector<std::vector<float>>>> references;  // [B][K][G][T]
  double rollout_seconds = 0, train_seconds = 0;
  int64_t tokens = 0;

  StepSlate step_slate(size_t b) const {
    StepSlate slate{.slate = &prepared[b]};
    if (!rollouts.empty()) slate.rationales = &rollouts[b].rationales;
    if (!first.empty()) {
      slate.old_logprobs = &first[b].logprobs;
      slate.old_scores = &first[b].scores;
      slate.frozen_credit = &first[b].credit;
      slate.frozen_values = &first[b].values;
    }
    if (!references.empty()) slate.reference_logprobs = &references[b];
    if (!baselines.empty()) slate.baseline = baselines[b];
    return slate;
  }
};

Trainer::Trainer(const TrainConfig& config, RankingModel& model, const data::Dataset& dataset,
                 const data::Split& split, const base::Path& run, rollout::SignalSource* signals,
                 const Teaching* teaching)
    : TrainingStage({config.stage == "rl" ? "RL" : "silent warm-up", config.steps, config.minutes > 0},
                    config, plan_memory(config, *model.model), model,
                    {"train", configuration_of(config), dataset.hash, data::training_hash(split), "",
                     signals_hash(model, teaching)},
                    run, critic_of(config, *model.model)),
      config_(config),
      prompts_(dataset, split, *model.prompts, signals),
      slates_(dataset, split, config.drawing(static_cast<uint64_t>(config.model_options.seed))) {
  check_positions(model, config.reasons() ? config.rationale_tokens : 0);
  R2RANK_CHECK((teaching != nullptr) == (config.taught_slates() > 0));
  if (teaching != nullptr) taught_.emplace(dataset, split, *teaching, config.taught_drawing());
  valid_slates_ = validation_slates(dataset, split, prompts_, config.valid_slates);
  if (state_.step == 0) state_.next_slate = first_new_slate(model, dataset.hash, data::training_hash(split));
  if (state_.measured == RunState::kUnknown || state_.measured > measurements_due())
    state_.measured = measurements_due();
  critic_learning_rate_ = config_.critic_learning_rate;
  if (!config_.keeps_start()) return;
  model::ModelOptions frozen = config_.model_options;
  frozen.tuning = "frozen";
  frozen.dtype = model.model->options().dtype;
  reference_ = open_ranking_model(config_.model, frozen, model_.prompts->config());
  reference_->reasoner->set_budget(memory_.rollout);
}

double Trainer::progress() const {
  const double by_steps =
      config_.steps > 0 ? static_cast<double>(state_.step) / static_cast<double>(config_.steps) : 0;
  return std::max(by_steps, share_of_minutes(config_.minutes));
}

/// Of this step: no step of this run, or of those that it goes on from, has drawn it. A multiple of
/// targets_per_user, so that users' taught slates stay together.
int64_t Trainer::first_taught() const {
  const int64_t rounded = (config_.slates_per_step / config_.targets_per_user + 1) * config_.targets_per_user;
  return state_.next_slate * rounded;
}

Trainer::Batch Trainer::draw() const {
  Batch batch;
  const int64_t taught = config_.taught_slates();
  batch.labelled = static_cast<size_t>(config_.slates_per_step - taught);
  for (size_t i = 0; i < batch.labelled; ++i)
    batch.prepared.push_back(
        prompts_.prepare(slates_.draw(state_.next_slate + static_cast<int64_t>(i)), true));
  for (int64_t i = 0; i < taught; ++i) {
    batch.prepared.push_back(prompts_.prepare(taught_->draw(first_taught() + i), true));
    batch.prepared.back().labelled = false;
  }
  return batch;
}

/// Rationales by whom the configuration names, with the model's own scores of them where these are asked for.
std::vector<rollout::SlateRollout> Trainer::written(std::span<const rollout::PreparedSlate* const> slates,
                                                    const rollout::SamplingOptions& options,
                                                    bool with_scores) const {
  if (config_.rationale_source == "policy") return model_.reasoner->reason(slates, options, with_scores);
  auto rollouts = config_.rationale_source == "start"
                      ? reference_->reasoner->reason(slates, options, false)
                      : rollout::filler_rollouts(slates, model_.reasoner->frame(), *model_.tokenizer,
                                                 options.rationales, options.max_tokens);
  if (with_scores) model_.reasoner->score(slates, rollouts);
  return rollouts;
}

void Trainer::roll_out(Batch& batch) const {
  if (!config_.reasons()) return;
  const auto start = std::chrono::steady_clock::now();
  const auto all = rollout::pointers_to(batch.prepared);
  const auto options = config_.sampling(state_.step);
  const StepOptions step = config_.step_options();
  const bool batch_baseline =
      step.credit == Credit::kShared || (step.estimator.estimator == Estimator::kReinforcePl &&
                                         step.estimator.baseline == RankingBaseline::kBatchMean);
  batch.rollouts = written(all, options, batch_baseline);
  for (const auto& rollout : batch.rollouts) batch.tokens += rollout.sampled_tokens;
  if (batch_baseline) set_baselines(batch);
  batch.rollout_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The baseline of a slate is the mean reward of the others: including its own would bias the gradient.
void Trainer::set_baselines(Batch& batch) const {
  const StepOptions options = config_.step_options();
  std::vector<double> rewards;
  for (size_t b = 0; b < batch.prepared.size(); ++b) {
    const SlateScores scores{batch.rollouts[b].scores, batch.rollouts[b].silent};
    const auto utility = [&](std::span<const double> s) {
      return options.utility(s, batch.prepared[b].relevance);
    };
    const auto own = slate_rewards(options.objective, scores, utility);
    rewards.push_back(std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(own.size()));
  }
  const double total = std::accumulate(rewards.begin(), rewards.end(), 0.0);
  for (const double reward : rewards)
    batch.baselines.push_back((total - reward) / static_cast<double>(rewards.size() - 1));
}

void Trainer::add_references(Batch& batch) {
  if (config_.kl == 0 || batch.rollouts.empty()) return;
  for (size_t b = 0; b < batch.prepared.size(); ++b)
    batch.references.push_back(rationale_logprobs(*reference_->model, model_.reasoner->frame(),
                                                  batch.prepared[b], batch.rollouts[b].rationales,
                                                  config_.temperature));
}

/// A slate is never cut: one that is larger than a pass may be takes what it takes.
void Trainer::warn_beyond_budget(int64_t tokens) {
  if (config_.memory.empty() || beyond_budget_ || tokens <= memory_.tokens_per_pass) return;
  const bool recomputed = recomputes_layers(config_, *model_.model, tokens, memory_.activations);
  if (activation_bytes(*model_.model, tokens, recomputed) <= memory_.activations) return;
  beyond_budget_ = true;
  base::log_warning(
      "a slate of {} tokens needs more than memory = {} allows; lower negative_count, rationales, "
      "rationale_tokens or history_items to stay within it",
      tokens, config_.memory);
}

std::vector<SlateOutcome> Trainer::accumulate(const Batch& batch, const StepOptions& base_options) {
  const rollout::PromptFrame& frame = model_.reasoner->frame();
  const int64_t g = batch.rollouts.empty() ? 0 : config_.rationales;
  std::vector<SlateOutcome> outcomes;
  for (size_t begin = 0; begin < batch.prepared.size();) {
    std::vector<StepSlate> packed;
    int64_t tokens = 0;
    while (begin + packed.size() < batch.prepared.size()) {
      const size_t next = begin + packed.size();
      const int64_t more = rollout::slate_tokens(batch.prepared[next], frame, g, config_.rationale_tokens,
                                                 packed.empty() ? nullptr : &batch.prepared[next - 1]);
      if (!packed.empty() && tokens + more > memory_.tokens_per_pass) break;
      packed.push_back(batch.step_slate(begin + packed.size()));
      tokens += more;
    }
    warn_beyond_budget(tokens);
    StepOptions options = base_options;
    options.checkpoint_layers = recomputes_layers(config_, *model_.model, tokens, memory_.activations);
    auto found =
        accumulate_step(*model_.model, frame, packed, options, static_cast<int64_t>(batch.prepared.size()));
    outcomes.insert(outcomes.end(), std::make_move_iterator(found.begin()),
                    std::make_move_iterator(found.end()));
    begin += packed.size();
  }
  return outcomes;
}

bool Trainer::one_epoch(Batch& batch, int64_t epoch, StepLog& log) {
  StepOptions options = config_.step_options();
  options.critic = critic_.get();
  auto outcomes = accumulate(batch, options);
  std::vector<StepSlate> slates;
  for (size_t b = 0; b < batch.prepared.size(); ++b) slates.push_back(batch.step_slate(b));
  log = summarize(std::span(outcomes).first(batch.labelled), std::span(slates).first(batch.labelled),
                  static_cast<int>(config_.cutoff));
  if (batch.labelled < outcomes.size())
    log.emplace_back("utility_taught", mean_utility(std::span(outcomes).subspan(batch.labelled)));
  if (epoch == 0 && config_.epochs > 1) batch.first = std::move(outcomes);
  // The step being made counts as half done, so that the first one does not run at a rate of zero.
  const double half_step = config_.steps > 0 ? 0.5 / static_cast<double>(config_.steps) : 0;
  return apply_gradients(progress() + half_step, log);
}

/// What the run starts from, so that the log shows what it gained; it may stay the best.
void Trainer::begin() {
  if (!valid_slates_.empty()) log_->add(0, measure());
}

/// One that fell due between the last step and the end of the minutes.
void Trainer::end() {
  if (measurements_due() > state_.measured && measured_step_ != state_.step)
    log_->add(state_.step, measure());
}

int64_t Trainer::measurements_due() const {
  if (valid_slates_.empty()) return 0;
  return static_cast<int64_t>(
      std::floor(std::min(progress(), 1.0) * static_cast<double>(config_.valid_measurements)));
}

StepLog Trainer::measure() {
  const auto start = std::chrono::steady_clock::now();
  const auto sampling = config_.valid_sampling();
  const SlateMeasurement ranked =
      measure_slates(*model_.reasoner, valid_slates_, sampling,
                     [&](const auto slates) { return written(slates, sampling, true); });
  StepLog log = ranked.entries();
  if (ranked.reasoned) state_.gate = ranked.gate();
  if (config_.selects_best()) keep_best(ranked.ndcg(), true);
  log.emplace_back("valid_seconds",
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  state_.measured = measurements_due();  // what falls due while measuring is not measured once more
  measured_step_ = state_.step;
  return log;
}

StepLog Trainer::step() {
  const auto start = std::chrono::steady_clock::now();
  Batch batch = draw();
  roll_out(batch);
  add_references(batch);
  const int64_t epochs = config_.reasons() ? config_.epochs : 1;
  StepLog log;
  bool finite = true;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    StepLog epoch_log;
    finite = one_epoch(batch, epoch, epoch_log) && finite;
    if (epoch == 0)
      log = std::move(epoch_log);
    else
      take_clipping(epoch_log, log);
  }
  count_nonfinite(finite);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (size_t b = 0; b < batch.prepared.size(); ++b)
    batch.tokens += rollout::slate_tokens(batch.prepared[b], model_.reasoner->frame(), 0, 0,
                                          b > 0 ? &batch.prepared[b - 1] : nullptr);
  ++state_.step;
  state_.slates += config_.slates_per_step;
  state_.next_slate += static_cast<int64_t>(batch.labelled);
  log.emplace_back("seconds", seconds);
  log.emplace_back("rollout_seconds", batch.rollout_seconds);
  log.emplace_back("tokens_per_second", static_cast<double>(batch.tokens) / seconds);
  log.emplace_back("nonfinite_steps", static_cast<double>(state_.nonfinite_steps));
  if (measurements_due() <= state_.measured) return log;
  const StepLog measured = measure();
  log.insert(log.end(), measured.begin(), measured.end());
  return log;
}

std::string Trainer::note(const StepLog& log) {
  const auto shown = std::find_if(log.begin(), log.end(), [&](const auto& entry) {
    return entry.first == (config_.reasons() ? "ndcg" : "ndcg_silent");
  });
  smoothed_ = std::isnan(smoothed_) ? shown->second : 0.95 * smoothed_ + 0.05 * shown->second;
  std::string note = fmt::format("train ndcg@{} {:.3f}", config_.cutoff, smoothed_);
  if (config_.minutes > 0) note += fmt::format("  {:.1f} of {:.1f} min", elapsed() / 60, config_.minutes);
  return note;
}

void check_training_data(const TrainConfig& config, const data::Dataset& dataset, const data::Split& split) {
  const data::TrainingSlates drawable(dataset, split,
                                      config.drawing(static_cast<uint64_t>(config.model_options.seed)));
  if (config.valid_slates > 0 && split.valid.slates.empty())
    base::fail_usage("train",
                     "valid_slates = {} asks for validation slates, and the split has none: make it with "
                     "--valid-users, or leave --valid-slates out",
                     config.valid_slates);
}

}  // namespace r2rank::learn
