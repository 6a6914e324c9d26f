#include "learn/train_config.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "learn/idle_settings.h"

namespace r2rank::learn {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  base::fail_usage("train", "{}", why);
}

bool needs_several_rationales(Credit credit) {
  return credit == Credit::kMarginal || credit == Credit::kContribution || credit == Credit::kGrpo ||
         credit == Credit::kRloo;
}

std::vector<std::string> with_auto(std::vector<std::string> names) {
  names.insert(names.begin(), "auto");
  return names;
}

}  // namespace

void TrainConfig::describe(base::ConfigFields& fields) {
  fields.add("model", model, "GGUF file, Hugging Face folder, or an earlier run's folder to go on from")
      .mandatory();
  fields
      .add(
          "layers", model_options.layers,
          "of the model to start from only so many layers, the lowest ones: faster, and before training worse "
          "(0: all)")
      .between(0, 10000);
  fields.add("dataset", dataset, "dataset folder made by `r2rank import`").mandatory();
  fields.add("split", split, "split folder made by `r2rank split`").mandatory();
  fields
      .add("stage", stage,
           "silent: train the score read right after the prompt; rl: sample rationales and train on what "
           "they conclude")
      .one_of({"silent", "rl"});
  fields.add("steps", steps, "optimiser steps (0: until `minutes` are over)").between(0, 1e9);
  fields
      .add("minutes", minutes,
           "wall-clock budget in minutes (0: none); ends the run, and the schedule, before `steps`")
      .between(0, 1e6);
  fields.add("slates_per_step", slates_per_step, "B: slates in one optimiser step").between(1, 4096);
  SlateDrawing::describe(fields);
  fields
      .add(
          "targets_per_user", targets_per_user,
          "neighbouring targets of one user, at most, that follow one another: what their histories begin with "
          "is then computed once in training; earlier ones see fewer past items, as all begin at the same one")
      .between(1, 1000);
  signals.describe(fields);
  describe_rationales(fields);
  describe_objective(fields);
  describe_validation(fields);
  OptimisationConfig::describe(fields);
}

void TrainConfig::describe_rationales(base::ConfigFields& fields) {
  fields.add("rationales", rationales, "G: rationales sampled for each user and item (rl)").between(1, 256);
  fields
      .add(
          "rationale_tokens", rationale_tokens,
          "T: a rationale ends after this many tokens at the latest (not given: as a model that learned to reason "
          "was trained)")
      .between(1, 4096);
  fields.add("temperature", temperature, "sampling temperature of the rationales").between(0.01, 100);
  fields
      .add("rationale_source", rationale_source,
           "who writes the rationales (rl): the model as it is, the model that it started from, or nobody: "
           "rationale_tokens tokens that say nothing (ablations; with credit = none)")
      .one_of({"policy", "start", "filler"});
  fields.add("epochs", epochs, "optimiser passes over one rollout (rl); later ones are clipped")
      .between(1, 100);
}

void TrainConfig::describe_objective(base::ConfigFields& fields) {
  fields
      .add("list_objective", list_objective,
           "utility of a slate: exact expected NDCG, or a list loss; auto: cross-entropy in the silent "
           "stage, ndcg in rl")
      .one_of(with_auto(list_objective_names()));
  fields.add("cutoff", cutoff, "k of NDCG@k").between(1, 1000);
  fields.add("tau", tau, "Plackett-Luce temperature").between(1e-3, 1e3);
  fields.add("objective", objective, "j1: one rationale per item is deployed; jg: the mean over G")
      .one_of({"j1", "jg"});
  fields.add("credit", credit, "what the tokens of a rationale are credited with").one_of(credit_names());
  fields.add("estimator", estimator, "gradient through the scores: exact expectation, or sampled rankings")
      .one_of({"expected", "reinforce-pl"});
  fields
      .add(
          "ranking_baseline", ranking_baseline,
          "baseline of sampled rankings (reinforce-pl): the slate's other rankings, the step's other slates, "
          "or a critic")
      .one_of({"leave-one-out", "batch-mean", "critic"});
  fields.add("rankings", rankings, "n: rankings sampled for each score vector (reinforce-pl)")
      .between(1, 10000);
  fields
      .add("ranking_depth", ranking_depth,
           "R: places that count in the probability of a sampled ranking (0: the cut-off k)")
      .between(0, 1000);
  fields.add("ranking_clip", ranking_clip, "PPO clip of the Plackett-Luce ratio").between(0, 10);
  fields.add("token_clip", token_clip, "PPO clip of the token ratio").between(0, 10);
  fields.add("ranking_entropy", ranking_entropy, "weight of the entropy of the first place").between(0, 100);
  fields.add("token_entropy", token_entropy, "weight of the token entropy").between(0, 100);
  fields.add("kl", kl, "weight of the k3 estimate of the KL divergence to the starting model, per token")
      .between(0, 100);
  fields.add("length_price", length_price, "utility each rationale token must earn (taken off its credit)")
      .between(0, 100);
  fields
      .add("silent_weight", silent_weight,
           "weight of the silent score's own utility beside the reasoned one (rl)")
      .between(0, 100);
  fields
      .add("text_weight", text_weight,
           "weight of the likelihood of the text itself, histories and chosen candidates token by token: the "
           "model also learns what follows what as a language model does (0: not)")
      .between(0, 100);
  fields
      .add("critic_learning_rate", critic_learning_rate,
           "peak learning rate of the critic (ranking_baseline = critic)")
      .between(0, 1);
}

void TrainConfig::describe_validation(base::ConfigFields& fields) {
  fields
      .add("valid_slates", valid_slates,
           "validation slates of the split that are ranked during the run, as its budget goes by (0: none)")
      .between(0, 1e7);
  fields
      .add("valid_measurements", valid_measurements,
           "how often they are ranked, spread evenly over the budget, beside once before the first step")
      .between(1, 10000);
  fields
      .add("select", select,
           "the model that the run leaves: the last one, or the one that ranked the validation slates best")
      .one_of({"last", "best"});
}

ListObjective TrainConfig::objective_of_lists() const {
  if (list_objective != "auto") return learn::list_objective(list_objective);
  return reasons() ? ListObjective::kNdcg : ListObjective::kCrossEntropy;
}

void TrainConfig::resolve() {
  list_objective = list_objective_names()[static_cast<size_t>(objective_of_lists())];
}

data::TrainingSlates::Options TrainConfig::drawing(uint64_t seed) const {
  auto options = SlateDrawing::drawing(seed);
  options.targets_per_user = targets_per_user;
  return options;
}

int64_t TrainConfig::taught_slates() const {
  if (!signals.uses("teach")) return 0;
  const auto share = std::llround(signals.taught_share * static_cast<double>(slates_per_step));
  return std::clamp<int64_t>(share, 1, std::max<int64_t>(1, slates_per_step - 1));
}

TaughtSlates::Options TrainConfig::taught_drawing() const {
  return {.negative_count = negative_count,
          .slates_per_user = targets_per_user,
          .seed = static_cast<uint64_t>(model_options.seed)};
}

void TrainConfig::check() const {
  if (steps == 0 && minutes == 0)
    refuse("neither steps nor minutes is set: choose at least one, for example --steps 200");
  signals.check();
  check_tuning("train", signals.uses("residual") || signals.uses("token"));
  check_estimator();
  if (text_weight > 0 && (model_options.tuning == "head" || model_options.tuning == "frozen"))
    refuse(fmt::format(
        "tuning = {} leaves the language model as it is, so that text_weight cannot act: set it to 0, or "
        "choose tuning full or lora",
        model_options.tuning));
  if (signals.uses("teach")) check_teaching();
  if (reasons()) check_rationales();
  check_idle();
}

void TrainConfig::check_teaching() const {
  if (reasons())
    refuse(
        "signal_use = teach labels slates of stage = silent alone: teach first, then train with rationales on "
        "the model that it leaves");
  if (objective_of_lists() != ListObjective::kCrossEntropy)
    refuse(fmt::format(
        "list_objective = {} reads which candidate is the relevant one, and signals that teach tell how "
        "likely each is: choose cross-entropy",
        list_objective));
  if (negatives != "uniform")
    refuse(fmt::format(
        "negatives = {}: taught slates have uniform ones, as the signals' weights were learned on; choose uniform",
        negatives));
  if (slates_per_step < 2)
    refuse("signal_use = teach needs a taught and a training slate in each step: slates_per_step >= 2");
}

void TrainConfig::check_rationales() const {
  const Credit how = credit_of(credit);
  if ((model_options.tuning == "head" || model_options.tuning == "frozen") &&
      (how != Credit::kNone || kl > 0 || token_entropy > 0 || length_price > 0))
    refuse(fmt::format(
        "tuning = {} leaves the writing of rationales as it is, so that token credit, kl, token_entropy "
        "and length_price cannot act: set credit = none and the others to 0, or choose tuning full or lora",
        model_options.tuning));
  const bool own = rationale_source == "policy";
  if (!own && (how != Credit::kNone || kl > 0 || token_entropy > 0 || length_price > 0))
    refuse(fmt::format(
        "rationale_source = {} trains nothing of the writing: set credit = none and kl, token_entropy "
        "and length_price to 0",
        rationale_source));
  if (rationales == 1 && needs_several_rationales(how))
    refuse(
        fmt::format("credit = {} compares rationales of one item and needs rationales >= 2; "
                    "with rationales = 1 choose none, shared or versus-silent",
                    credit));
  if (slates_per_step == 1 && how == Credit::kShared)
    refuse(
        "credit = shared takes its baseline from the other slates of the step and needs "
        "slates_per_step >= 2; with one slate choose rloo, grpo, contribution, marginal or versus-silent");
}

/// A setting that differs from its default and is never looked at would mislead whoever set it.
void TrainConfig::check_idle() const {
  refuse_idle("train", *this, !reasons(), "stage = silent, which writes no rationales",
              {"rationales", "rationale_tokens", "temperature", "rationale_source", "epochs", "objective",
               "credit", "token_clip", "token_entropy", "kl", "length_price", "silent_weight"});
  refuse_idle("train", *this, rationale_source == "filler", "rationale_source = filler, which draws nothing",
              {"temperature"});
  const bool sampled = estimator_of(estimator) == Estimator::kReinforcePl;
  refuse_idle("train", *this, !sampled, "estimator = expected, which samples no rankings",
              {"rankings", "ranking_depth", "ranking_clip", "ranking_baseline"});
  const bool critic = sampled && ranking_baseline == "critic";
  refuse_idle("train", *this, !critic, "ranking_baseline = " + ranking_baseline + ", which has no critic",
              {"critic_learning_rate"});
  refuse_idle("train", *this, valid_slates == 0, "valid_slates = 0, which ranks none",
              {"valid_measurements", "select"});
  refuse_idle_tuning("train", *this);
  const bool verdict = model_options.readout == "verdict" && !critic;
  refuse_idle("train", *this, verdict, "readout = verdict", {"readout_hidden"});
  refuse_idle("train", *this, verdict && !signals.uses("residual") && !signals.uses("token"),
              "readout = verdict", {"readout_learning_rate"});
}

void TrainConfig::check_estimator() const {
  if (estimator_of(estimator) != Estimator::kReinforcePl) return;
  if (objective_of_lists() != ListObjective::kNdcg)
    refuse(
        "estimator = reinforce-pl rewards sampled rankings with NDCG: set list_objective = ndcg, or "
        "estimator = expected");
  if (ranking_depth > negative_count + 1)
    refuse(fmt::format(
        "ranking_depth = {} places are more than the 1 + {} items of a training slate: choose {} or "
        "less, or 0 for the cut-off, or raise negative_count",
        ranking_depth, negative_count, negative_count + 1));
  if (ranking_baseline == "leave-one-out" && rankings < 2)
    refuse(
        "ranking_baseline = leave-one-out compares rankings of one slate and needs rankings >= 2; or choose "
        "critic, or batch-mean in stage rl");
  if (ranking_baseline != "batch-mean") return;
  if (!reasons())
    refuse(
        "ranking_baseline = batch-mean takes the rewards of the step's rollouts, which stage = silent has "
        "none of: choose leave-one-out or critic");
  if (slates_per_step < 2)
    refuse("ranking_baseline = batch-mean needs slates_per_step >= 2; or choose leave-one-out or critic");
}

StepOptions TrainConfig::step_options() const {
  StepOptions options;
  options.objective = objective_of(objective);
  options.credit = credit_of(credit);
  options.estimator = {estimator_of(estimator),
                       ranking_baseline_of(ranking_baseline),
                       static_cast<int>(rankings),
                       static_cast<int>(ranking_depth),
                       ranking_clip,
                       ranking_entropy};
  options.utility = {objective_of_lists(), static_cast<int>(cutoff), tau};
  options.silent_weight = reasons() ? silent_weight : 1.0;
  options.text_weight = text_weight;
  options.token_clip = token_clip;
  options.kl = kl;
  options.token_entropy = token_entropy;
  options.length_price = length_price;
  options.temperature = temperature;
  options.seed = static_cast<uint64_t>(model_options.seed);
  return options;
}

rollout::SamplingOptions TrainConfig::sampling(int64_t step) const {
  rollout::SamplingOptions options;
  options.rationales = rationales;
  options.max_tokens = rationale_tokens;
  options.temperature = temperature;
  options.seed = base::mix({static_cast<uint64_t>(model_options.seed), static_cast<uint64_t>(step)});
  return options;
}

rollout::SamplingOptions TrainConfig::valid_sampling() const {
  rollout::SamplingOptions options = sampling(0);
  if (objective_of(objective) == Objective::kJ1) options.rationales = 1;  // so many will be used
  if (!reasons()) options.rationales = 0;
  return options;
}

}  // namespace r2rank::learn
