#include "experiment/ranking_scorer.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/log.h"
#include "experiment/rationale_writer.h"
#include "experiment/signal_reader.h"
#include "learn/learned_reasoning.h"
#include "rollout/reason_about_best.h"
#include "rollout/reason_gate.h"
#include "rollout/written_rationale.h"

namespace r2rank::experiment {

void ReasoningOptions::describe(base::ConfigFields& fields) {
  fields.add("rationales", rationales, "G: rationales written for each item; 0 scores silently")
      .between(0, 256);
  fields
      .add("reason_top", reason_top,
           "M: reason only about the M candidates of a slate with the best silent scores; the others keep "
           "their silent order below them (0: about all)")
      .between(0, 1e6);
  fields
      .add("rationale_tokens", rationale_tokens,
           "T: longest rationale, in tokens (not given: as the model was trained)")
      .between(1, 4096);
  fields.add("temperature", temperature, "sampling temperature (not given: as the model was trained)")
      .between(0.01, 100);
  fields.add("top_p", top_p, "nucleus sampling: smallest set of tokens with this probability")
      .between(0.01, 1);
  fields.add("top_k", top_k, "sample among the k likeliest tokens (0: all)").between(0, 1e6);
  fields.add("slates_per_batch", slates_per_batch, "slates scored in one pass").between(1, 1024);
  fields
      .add(
          "reason", reason,
          "about which slates: always (all of them, where rationales are asked for), or auto (those that the model's "
          "training found it to pay for; one rationale an item where rationales is not given)")
      .one_of({"always", "auto"});
  fields.add("sampling_seed", seed, "seed of the rationales").at_least(0);
}

void ReasoningOptions::resolve() {
  if (reason == "auto" && rationales == 0) rationales = 1;
}

void ReasoningOptions::take_gate(const learn::RankingModel& model,
                                 const std::optional<learn::LearnedReasoning>& learned) {
  if (!learned || !learned->gate)
    base::fail_usage(
        "reasoning",
        "reason = auto asks where reasoning pays, and {} has not learned it: train it with --stage rl "
        "--valid-slates 200, or leave --reason out",
        model.origin);
  gate = *learned->gate;
  base::log_info(
      "reasoning where the silent scores leave a doubt of {:.3f} or more: {:.0f} % of {}'s validation slates",
      gate.least_doubt, 100 * gate.share, model.origin);
}

void ReasoningOptions::follow_training(const learn::RankingModel& model, const base::ConfigFields& fields) {
  if (rationales == 0) return;
  const auto learned = learn::learned_reasoning(model);
  if (reason == "auto") take_gate(model, learned);
  if (!learned) return;
  std::vector<std::string> taken;
  const auto follow = [&](const char* key, auto& value, auto trained) {
    if (!fields.given(key)) {
      value = trained;
      taken.push_back(fmt::format("{} {}", key, trained));
    } else if (value != trained) {
      base::log_info("{} {} as given, though {} was trained with {}", key, value, model.origin, trained);
    }
  };
  follow("rationale_tokens", rationale_tokens, learned->rationale_tokens);
  follow("temperature", temperature, learned->temperature);
  if (!taken.empty()) base::log_info("{}, as {} was trained", fmt::join(taken, " and "), model.origin);
}

rollout::SamplingOptions ReasoningOptions::sampling() const {
  return {rationales, rationale_tokens, temperature, top_p, top_k, static_cast<uint64_t>(seed)};
}

RankingScorer::RankingScorer(std::string name, const learn::RankingModel& model, const data::Dataset& dataset,
                             const data::Split& split, ReasoningOptions options, Perturbation perturbation)
    : name_(std::move(name)),
      model_(model),
      signals_(open_signals(model, dataset, split, false)),
      prompts_(dataset, split, *model.prompts, signals_.get()),
      options_(options),
      perturbation_(std::move(perturbation)) {
  perturbation_.check(options_.rationales);
  learn::check_positions(model, options.rationales > 0 ? options.rationale_tokens : 0);
}

void RankingScorer::take_rationales_of(const learn::RankingModel& writer) {
  check_writer(writer, model_);
  learn::check_positions(writer, options_.rationale_tokens);
  writer_ = &writer;
}

void RankingScorer::judge_rationales(const learn::RankingModel& judge) {
  check_judge(judge, model_);
  judge_ = &judge;
  forget_notes();
}

std::vector<double> RankingScorer::score(const data::Slate& slate) {
  return score_batch({&slate, 1}).front();
}

std::vector<std::vector<double>> RankingScorer::score_batch(Slates slates) {
  auto scores = member_scores(slates, 0);
  const auto members = static_cast<double>(perturbation_.ensemble);
  for (int64_t member = 1; member < perturbation_.ensemble; ++member) {
    const auto more = member_scores(slates, member);
    for (size_t b = 0; b < scores.size(); ++b)
      for (size_t i = 0; i < scores[b].size(); ++i) scores[b][i] += more[b][i];
  }
  if (perturbation_.ensemble > 1)
    for (auto& slate : scores)
      for (double& score : slate) score /= members;
  return scores;
}

std::vector<std::vector<double>> RankingScorer::member_scores(Slates slates, int64_t member) {
  const auto prepared = prepare(slates, member);
  const auto rollouts = roll_out_all(prepared);
  std::vector<std::vector<double>> scores;
  for (size_t b = 0; b < prepared.size(); ++b)
    scores.push_back(prepared[b].in_slate_order(rollouts[b].mean_scores()));
  note(prepared, rollouts, member);
  return scores;
}

void RankingScorer::note(const std::vector<rollout::PreparedSlate>& prepared,
                         const std::vector<rollout::SlateRollout>& rollouts, int64_t member) {
  const auto start = std::chrono::steady_clock::now();
  for (size_t b = 0; b < prepared.size(); ++b) {
    if (keep_ && member == 0) kept_.push_back(rationales_of(prepared[b], rollouts[b], *model_.tokenizer));
    quality_.add(prepared[b], rollouts[b], model_.reasoner->frame(), *model_.tokenizer);
  }
  noting_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<rollout::PreparedSlate> RankingScorer::prepare(Slates slates, int64_t member) const {
  std::vector<rollout::PreparedSlate> prepared;
  for (const auto& slate : slates)
    prepared.push_back(prompts_.prepare(slate, false, perturbation_.view(member)));
  return prepared;
}

/// What reasons in place of the model itself; empty where it does.
rollout::Reasoning RankingScorer::reasoning() const {
  using PreparedSlates = std::span<const rollout::PreparedSlate* const>;
  const auto sampling = options_.sampling();
  if (rollout::rationale_change(perturbation_.change_rationales) == rollout::RationaleChange::kFixedFiller)
    return [this, sampling](PreparedSlates slates) { return filled(model_, slates, sampling); };
  if (writer_ != nullptr)
    return [this, sampling](PreparedSlates slates) {
      return written_by(*writer_->reasoner, *model_.reasoner, slates, sampling);
    };
  return {};
}

/// Rationales changed as the perturbation wants it, and the tokens counted.
std::vector<rollout::SlateRollout> RankingScorer::roll_out_all(
    const std::vector<rollout::PreparedSlate>& prepared) {
  const auto pointers = rollout::pointers_to(prepared);
  auto rollouts = roll_out(*model_.reasoner, pointers, options_, reasoning());
  for (const auto& rollout : rollouts) tokens_ += rollout.prompt_tokens + rollout.sampled_tokens;
  const auto change = rollout::rationale_change(perturbation_.change_rationales);
  if (change == rollout::RationaleChange::kNone || change == rollout::RationaleChange::kFixedFiller)
    return rollouts;
  for (size_t b = 0; b < rollouts.size(); ++b)
    rollout::change_rationales(change, *model_.tokenizer, static_cast<uint64_t>(perturbation_.seed),
                               prepared[b].id, rollouts[b].rationales);
  model_.reasoner->score(pointers, rollouts);
  return rollouts;
}

std::vector<rollout::SlateRollout> roll_out(const rollout::Reasoner& reasoner,
                                            std::span<const rollout::PreparedSlate* const> slates,
                                            const ReasoningOptions& options,
                                            const rollout::Reasoning& reasoning) {
  using PreparedSlates = std::span<const rollout::PreparedSlate* const>;
  const rollout::Reasoning own = [&](PreparedSlates some) {
    return reasoner.reason(some, options.sampling(), true);
  };
  const rollout::Reasoning& write = reasoning ? reasoning : own;
  const auto reason = [&](PreparedSlates some) {
    return options.reason_top > 0 ? rollout::reason_about_best(reasoner, some, options.reason_top, write)
                                  : write(some);
  };
  if (options.by_gate())
    return rollout::reason_where_doubtful(reasoner, slates, options.gate.least_doubt, reason);
  if (options.rationales > 0) return reason(slates);
  std::vector<rollout::SlateRollout> rollouts(slates.size());
  auto silent = reasoner.silent_scores(slates);
  for (size_t b = 0; b < slates.size(); ++b) {
    rollouts[b].silent = std::move(silent[b]);
    rollouts[b].prompt_tokens = rollout::slate_tokens(*slates[b], reasoner.frame(), 0, 0);
  }
  return rollouts;
}

RankingScorer::Reasoned RankingScorer::reason(const data::Slate& slate) {
  const auto all = prepare({&slate, 1}, 0);
  const auto rollout = roll_out_all(all).front();
  const auto& prepared = all.front();
  return {prepared.in_slate_order(rollout.mean_scores()),
          rationales_of(prepared, rollout, *model_.tokenizer).texts};
}

SlateRationales rationales_of(const rollout::PreparedSlate& slate, const rollout::SlateRollout& rollout,
                              const text::Tokenizer& tokenizer) {
  SlateRationales kept{.slate_id = slate.id, .silent = {}, .texts = {}, .scores = {}};
  kept.silent = slate.in_slate_order(rollout.silent);
  kept.texts.resize(slate.order.size());
  kept.scores.resize(slate.order.size());
  for (size_t i = 0; i < rollout.rationales.size(); ++i)
    for (const auto& rationale : rollout.rationales[i])
      kept.texts[slate.order[i]].push_back(rollout::rationale_text(tokenizer, rationale));
  for (size_t i = 0; i < rollout.scores.size(); ++i) kept.scores[slate.order[i]] = rollout.scores[i];
  return kept;
}

}  // namespace r2rank::experiment
