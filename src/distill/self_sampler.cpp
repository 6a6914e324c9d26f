#include "distill/self_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/random.h"
#include "learn/credit.h"
#include "learn/list_objective.h"
#include "rollout/reason_about_best.h"
#include "text/prompt_fields.h"

namespace r2rank::distill {
namespace {

using nlohmann::json;
using Pairs = std::vector<size_t>;

std::vector<Pairs> by_slate(const AskedPairs& asked) {
  std::vector<Pairs> groups(asked.slates.size());
  for (size_t i = 0; i < asked.pairs.size(); ++i) groups[asked.pairs[i].slate].push_back(i);
  return groups;
}

/// The pairs of which no draft is good, without slates that have none left.
std::vector<Pairs> still_wanted(const std::vector<Pairs>& groups, size_t pairs,
                                const std::vector<Draft>& drafts,
                                const std::function<bool(const Draft&)>& good) {
  std::vector<bool> done(pairs, false);
  for (const auto& draft : drafts)
    if (!done[draft.pair]) done[draft.pair] = good(draft);
  std::vector<Pairs> left;
  for (const auto& group : groups) {
    Pairs own;
    for (const size_t pair : group)
      if (!done[pair]) own.push_back(pair);
    if (!own.empty()) left.push_back(std::move(own));
  }
  return left;
}

/// Canonical places of the candidates that are asked about.
std::vector<int64_t> places_of(const rollout::PreparedSlate& whole, const AskedPairs& asked,
                               const Pairs& pairs) {
  const data::Slate& slate = asked.slate_of(asked.pairs[pairs.front()]);
  std::vector<int64_t> places;
  for (int64_t i = 0; i < whole.candidates(); ++i)
    if (std::any_of(pairs.begin(), pairs.end(),
                    [&](size_t pair) { return asked.pairs[pair].item == slate.candidates[whole.order[i]]; }))
      places.push_back(i);
  return places;
}

std::string text_of(const text::Tokenizer& tokenizer, const rollout::Rationale& rationale) {
  std::vector<int32_t> tokens = rationale.tokens;
  if (rationale.ended) tokens.pop_back();
  return text::clean_text(tokenizer.decode(tokens));
}

double number_of(const json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::vector<const rollout::PreparedSlate*> pointers_to(const std::vector<rollout::PreparedSlate>& slates) {
  std::vector<const rollout::PreparedSlate*> pointers;
  for (const auto& slate : slates) pointers.push_back(&slate);
  return pointers;
}

}  // namespace

SelfSampler::SelfSampler(const learn::RankingModel& model, const data::Dataset& dataset,
                         const data::Split& split, const DistillConfig& config, remote::AnswerCache& kept,
                         std::string identity)
    : model_(model),
      dataset_(dataset),
      prompts_(dataset, split, *model.prompts),
      config_(config),
      kept_(kept),
      identity_(std::move(identity)) {}

std::vector<Draft> SelfSampler::sample(const AskedPairs& asked, const std::function<bool(const Draft&)>& good,
                                       const std::function<void(int64_t)>& sampled) {
  std::vector<Draft> all;
  std::vector<Pairs> wanted = by_slate(asked);
  for (int64_t number = 1; number <= config_.self.rounds && !wanted.empty(); ++number) {
    auto drafts = round(asked, wanted, number, sampled);
    wanted = still_wanted(wanted, asked.pairs.size(), drafts, good);
    std::move(drafts.begin(), drafts.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Draft> SelfSampler::round(const AskedPairs& asked, const std::vector<Pairs>& wanted,
                                      int64_t number, const std::function<void(int64_t)>& sampled) {
  std::vector<Draft> drafts;
  const auto size = static_cast<size_t>(config_.self.slates_per_batch);
  for (size_t first = 0; first < wanted.size(); first += size) {
    base::stop_if_interrupted("distill");
    const std::span<const Pairs> batch(wanted.data() + first, std::min(size, wanted.size() - first));
    std::vector<Pairs> missing;
    for (const auto& pairs : batch)
      if (kept_.find(key_of(asked, pairs, number)) == nullptr) missing.push_back(pairs);
    from_disk_ += static_cast<int64_t>(batch.size() - missing.size());
    if (!missing.empty()) sample_batch(asked, missing, number);
    for (const auto& pairs : batch) {
      read(*kept_.find(key_of(asked, pairs, number)), asked, pairs, number, drafts);
      sampled(static_cast<int64_t>(pairs.size()));
    }
  }
  return drafts;
}

std::string SelfSampler::key_of(const AskedPairs& asked, const Pairs& pairs, int64_t round) const {
  const data::Slate& slate = asked.slate_of(asked.pairs[pairs.front()]);
  json key = {{"round", round},
              {"slate", slate.id},
              {"user", dataset_.user_ids[slate.user]},
              {"history_end", slate.history_end},
              {"samples", config_.samples},
              {"tokens", config_.self.rationale_tokens},
              {"temperature", config_.temperature},
              {"seed", config_.seed},
              {"cutoff", config_.self.cutoff},
              {"tau", config_.self.tau}};
  for (const int32_t item : slate.candidates) key["candidates"].push_back(dataset_.items[item].id);
  for (const size_t pair : pairs) key["items"].push_back(dataset_.items[asked.pairs[pair].item].id);
  return remote::AnswerCache::key_of(identity_, key.dump(-1, ' ', false, json::error_handler_t::replace));
}

void SelfSampler::sample_batch(const AskedPairs& asked, std::span<const Pairs> batch, int64_t round) {
  std::vector<rollout::PreparedSlate> whole, parts;
  for (const auto& pairs : batch) {
    whole.push_back(prompts_.prepare(asked.slate_of(asked.pairs[pairs.front()]), true));
    parts.push_back(rollout::part_of(whole.back(), places_of(whole.back(), asked, pairs)));
  }
  rollout::SamplingOptions options;
  options.rationales = config_.samples;
  options.max_tokens = config_.self.rationale_tokens;
  options.temperature = config_.temperature;
  options.seed = base::mix({static_cast<uint64_t>(config_.seed), static_cast<uint64_t>(round)});
  auto silent = model_.reasoner->silent_scores(pointers_to(whole));
  auto rollouts = model_.reasoner->reason(pointers_to(parts), options, true);
  for (size_t b = 0; b < batch.size(); ++b) {
    const data::Slate& slate = asked.slate_of(asked.pairs[batch[b].front()]);
    kept_.add(key_of(asked, batch[b], round),
              sample_json(slate, whole[b], parts[b], std::move(silent[b]), rollouts[b]));
  }
}

std::string SelfSampler::sample_json(const data::Slate& slate, const rollout::PreparedSlate& whole,
                                     const rollout::PreparedSlate& part, std::vector<double> silent,
                                     const rollout::SlateRollout& rollout) const {
  const auto samples = static_cast<size_t>(config_.samples);
  learn::SlateScores scores;
  for (size_t p = 0; p < part.order.size(); ++p) silent[part.order[p]] = rollout.silent[p];
  scores.silent = silent;
  for (const double score : silent) scores.reasoned.emplace_back(samples, score);
  for (size_t p = 0; p < part.order.size(); ++p) scores.reasoned[part.order[p]] = rollout.scores[p];
  const learn::Utility utility{learn::ListObjective::kNdcg, static_cast<int>(config_.self.cutoff),
                               config_.self.tau};
  const auto credit = learn::token_credit(
      learn::Credit::kVersusSilent, learn::Objective::kJ1, scores,
      [&](std::span<const double> s) { return utility(s, whole.relevance); }, 0);
  json document = {{"read", rollout.prompt_tokens}, {"written", rollout.sampled_tokens}};
  document["reference"] =
      std::accumulate(silent.begin(), silent.end(), 0.0) / static_cast<double>(silent.size());
  for (size_t p = 0; p < part.order.size(); ++p) {
    const auto place = static_cast<size_t>(part.order[p]);
    json& own = document["items"][dataset_.items[slate.candidates[whole.order[place]]].id];
    for (size_t g = 0; g < samples; ++g) {
      const auto& rationale = rollout.rationales[p][g];
      // The credit's weight is 1 / G.
      own.push_back({{"text", text_of(*model_.tokenizer, rationale)},
                     {"score", rollout.scores[p][g]},
                     {"gain", credit[place][g] * static_cast<double>(samples)},
                     {"ended", rationale.ended},
                     {"malformed", rationale.malformed}});
    }
  }
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

void SelfSampler::read(const std::string& kept, const AskedPairs& asked, const Pairs& pairs, int64_t round,
                       std::vector<Draft>& drafts) try {
  const json document = base::parse_json(kept, "distill", "kept samples");
  read_ += document.at("read").get<int64_t>();
  written_ += document.at("written").get<int64_t>();
  for (const size_t pair : pairs) {
    const json& own = document.at("items").at(dataset_.items[asked.pairs[pair].item].id);
    for (size_t g = 0; g < own.size(); ++g) {
      const Sampled sampled{own[g].at("text").get<std::string>(), number_of(own[g].at("score")),
                            number_of(document.at("reference")),  number_of(own[g].at("gain")),
                            own[g].at("ended").get<bool>(),       own[g].at("malformed").get<bool>()};
      Draft draft = draft_of(sampled);
      draft.pair = pair;
      draft.round = round;
      draft.sample = static_cast<int64_t>(g);
      drafts.push_back(std::move(draft));
    }
  }
} catch (const json::exception& error) {
  base::fail_data(
      "distill",
      "expected samples of an earlier run in the file that keeps them, found something else ({}); "
      "remove the file or name another one with answer_cache",
      error.what());
}

/// A score that is no number concludes nothing.
Draft SelfSampler::draft_of(const Sampled& sampled) const {
  const auto& self = config_.self;
  Draft draft;
  draft.text = draft.opening = sampled.text;
  draft.cut = !sampled.ended && !self.keep_cut;
  draft.reserved = sampled.malformed;
  if (std::isfinite(sampled.gain)) draft.gain = sampled.gain;
  draft.gains = self.keep == "label" || sampled.gain >= self.min_gain;
  const double above = sampled.score - (self.verdict_from == "slate" ? sampled.reference : 0.0);
  if (std::isfinite(above)) draft.verdict = above > 0 ? Verdict::kYes : Verdict::kNo;
  return draft;
}

}  // namespace r2rank::distill
