#include "report/headline.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/stable_sort.h"
#include "report/shared_slates.h"
#include "report/tables.h"

namespace r2rank::report {
namespace {

constexpr int64_t kVersion = 1;
constexpr double kLevel = 0.05;  // of the corrected p-value

/// Ours against one baseline.
struct Duel {
  const Contestant* baseline = nullptr;
  double value = 0;             ///< of the baseline on all of its slates
  double ours = 0, theirs = 0;  ///< on the shared ones
  int64_t users = 0, slates = 0;
  experiment::PairedComparison test = {};
};

/// One of the headline's questions: is ours above all of these?
struct Target {
  const char* best;    ///< key of the best one's value
  const char* paired;  ///< key of the difference to it
  const char* title;
  bool (*takes_part)(const Contestant&);
};

bool is_text_or_llm(const Contestant& one) {
  return one.family == baselines::Family::kText || one.family == baselines::Family::kLanguageModel;
}
bool is_conventional(const Contestant& one) {
  return one.family == baselines::Family::kConventional;
}
bool is_any(const Contestant&) {
  return true;
}

constexpr Target kTextTargets[] = {
    {"best_text_or_llm", "paired_vs_best_text_or_llm", "text or language-model baseline", is_text_or_llm},
    {"best_conventional", "paired_vs_best_conventional", "single conventional baseline", is_conventional}};
constexpr Target kHybridTargets[] = {{"best_baseline", "paired_vs_best", "baseline of any kind", is_any}};

// ---- figures ----

Duel duel_between(const Contestant& ours, const Contestant& baseline) {
  const auto shared = shared_values(ours.runs, baseline.runs, kMainMetric);
  const metrics::SeedPair pair{shared.a, shared.b};
  return {.baseline = &baseline,
          .value = mean_of(experiment::user_values(baseline.runs, kMainMetric)),
          .ours = mean_of(shared.a),
          .theirs = mean_of(shared.b),
          .users = shared.users,
          .slates = shared.slates,
          .test = experiment::compare_values({&pair, 1}, {}).front()};
}

/// The one that comes closest to ours first: values over other users say nothing about that.
std::vector<Duel> duels_of(const Contestant& ours, const Contest& contest) {
  std::vector<Duel> duels;
  std::vector<experiment::PairedComparison*> family;
  for (const auto& baseline : contest.baselines) duels.push_back(duel_between(ours, baseline));
  for (auto& one : duels) family.push_back(&one.test);
  experiment::hold_family(family);
  duels = base::stable_sorted(std::move(duels), [](const auto& a, const auto& b) {
    return a.test.difference.mean < b.test.difference.mean;
  });
  return duels;
}

const Duel* best_of(const std::vector<Duel>& duels, const Target& target) {
  for (const auto& duel : duels)
    if (target.takes_part(*duel.baseline)) return &duel;
  return nullptr;
}

bool is_above(const Duel& duel) {
  return duel.test.difference.lo > 0;
}
bool may_be_chance(const Duel& duel) {  // where there is a p-value
  return duel.test.p_holm >= kLevel;
}

std::string verdict_on(const metrics::Interval& difference) {
  if (difference.lo > 0) return "above";
  return difference.hi < 0 ? "below" : "not above";
}

// ---- the keys that a reader may rely on ----

Json paired_json(const Duel& duel) {
  const auto& difference = duel.test.difference;
  return {{"mean", rounded(difference.mean)}, {"lo", rounded(difference.lo)}, {"hi", rounded(difference.hi)}};
}

Json figures_json(double ours, const std::vector<Duel>& duels, std::span<const Target> targets) {
  Json json = {{"ours", rounded(ours)}};
  for (const auto& target : targets) {
    const Duel* best = best_of(duels, target);
    json[target.best] = best == nullptr ? Json() : rounded(best->value);
  }
  for (const auto& target : targets) {
    const Duel* best = best_of(duels, target);
    json[target.paired] = best == nullptr ? Json() : paired_json(*best);
  }
  return json;
}

// ---- what else is to be said ----

Json seconds_json(const Contestant& one) {
  return one.training_seconds ? rounded(*one.training_seconds) : Json();
}

Json duel_json(const Duel& duel) {
  const Contestant& baseline = *duel.baseline;
  Json json = {{"scorer", baseline.runs.scorer},
               {"method", baseline.method},
               {"family", baseline.family ? Json(std::string(family_name(*baseline.family))) : Json()},
               {"seeds", baseline.runs.runs.size()},
               {"value", rounded(duel.value)},
               {"users", duel.users},
               {"slates", duel.slates},
               {"ours", rounded(duel.ours)},
               {"theirs", rounded(duel.theirs)}};
  json.update(paired_json(duel));
  json["p"] = rounded(duel.test.p_permutation, 3);
  json["p_holm"] = rounded(duel.test.p_holm, 3);
  json["verdict"] = verdict_on(duel.test.difference);
  json["training_seconds"] = seconds_json(baseline);
  return json;
}

Json target_json(const std::vector<Duel>& duels, const Target& target) {
  const Duel* best = best_of(duels, target);
  int64_t count = 0;
  Json not_above = Json::array(), not_significant = Json::array();
  for (const auto& duel : duels) {
    if (!target.takes_part(*duel.baseline)) continue;
    ++count;
    if (!is_above(duel))
      not_above.push_back(duel.baseline->runs.scorer);
    else if (may_be_chance(duel))
      not_significant.push_back(duel.baseline->runs.scorer);
  }
  const bool met = not_above.empty() && not_significant.empty();
  return {{"key", target.best},
          {"title", target.title},
          {"best", best == nullptr ? Json() : duel_json(*best)},
          {"count", count},
          {"met", best == nullptr ? Json() : Json(met)},
          {"not_above", std::move(not_above)},
          {"not_significant", std::move(not_significant)}};
}

Json details_json(const Contestant& ours, const std::vector<Duel>& duels, std::span<const Target> targets) {
  const auto values = experiment::user_values(ours.runs, kMainMetric);
  const auto interval = experiment::intervals_of({&values, 1}, {}).front();
  Json json = {{"scorer", ours.runs.scorer},
               {"seeds", ours.runs.runs.size()},
               {"users", values.front().size()},
               {"slates", ours.runs.runs.front()->slate_ids.size()},
               {"lo", rounded(interval.lo)},
               {"hi", rounded(interval.hi)},
               {"training_seconds", seconds_json(ours)},
               {"targets", Json::array()},
               {"baselines", Json::array()}};
  for (const auto& target : targets) json["targets"].push_back(target_json(duels, target));
  for (const auto& duel : duels) json["baselines"].push_back(duel_json(duel));
  return json;
}

Json contest_json(const Contest& contest) {  // and of the others in it
  const experiment::Resampling resampling;
  Json json = Json::object();
  Json details = {
      {"format", kHeadlineFormat},
      {"version", kVersion},
      {"metric", kMainMetric},
      {"protocol", contest.protocol},
      {"slates_hash", contest.slates_hash},
      {"training_hash", contest.training_hash},
      {"intervals", fmt::format("95 % percentile bootstrap over users (and training seeds where a "
                                "scorer has several), {} resamples, seed {}",
                                resampling.resamples, resampling.seed)},
      {"tests", fmt::format("randomisation test, {} permutations, Holm over all baselines of the "
                            "data set",
                            resampling.permutations)}};
  const auto add = [&](const char* kind, const std::optional<Contestant>& ours,
                       std::span<const Target> targets) {
    if (!ours) return;
    const auto duels = duels_of(*ours, contest);
    json[kind] = figures_json(mean_of(experiment::user_values(ours->runs, kMainMetric)), duels, targets);
    details[kind] = details_json(*ours, duels, targets);
  };
  add("text", contest.text, kTextTargets);
  add("hybrid", contest.hybrid, kHybridTargets);
  if (contest.recall) details["recall"] = rounded(*contest.recall);
  if (!contest.others.empty()) details["others"] = Json::array();
  for (const auto& other : contest.others) details["others"].push_back(contest_json(other));
  json["details"] = std::move(details);
  return json;
}

}  // namespace

Json headline_json(std::span<const ResultGroup> groups, const OwnScorers& ours) {
  if (ours.text.empty() && ours.hybrid.empty()) return nullptr;
  Json headline = Json::object();
  for (const auto& contest : find_contests(groups, ours)) {
    base::stop_if_interrupted("report");
    headline[contest.dataset] = contest_json(contest);
  }
  return headline;
}

std::string headline_text(const Json& headline) {
  return headline.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace r2rank::report
