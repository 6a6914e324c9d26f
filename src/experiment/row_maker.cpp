#include "experiment/row_maker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "data/slate_sample.h"
#include "experiment/baseline_folder.h"
#include "experiment/combination.h"
#include "experiment/evaluation.h"
#include "experiment/named_folder.h"
#include "experiment/rank_file.h"
#include "experiment/scoring_estimate.h"
#include "metrics/ranking_metrics.h"
#include "metrics/same_scores.h"

namespace r2rank::experiment {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using metrics::PerUserResults;

constexpr const char* kValidated = "ndcg@10";
constexpr int kOtherFailure = 1;  // what the program returns for errors that are not base::Error

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double mean(const std::vector<double>& values) {
  return values.empty()
             ? 0
             : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double mean_of(const PerUserResults& results, const char* column) {
  const auto found = results.values.find(column);
  return found == results.values.end() ? 0 : mean(found->second);
}

void describe_test(StoredRow& stored) {
  MeasuredRow& row = stored.measured;
  row.slates = static_cast<int64_t>(stored.test.slate_ids.size());
  row.tokens_per_slate = mean_of(stored.test, kTokens);
  row.ms_per_slate = mean_of(stored.test, kMilliseconds);
}

/// Files by their names: where they lie is one machine's business.
baselines::SettingValues without_places(baselines::SettingValues settings) {
  for (auto& [name, value] : settings)
    if (name == "model" || name == "answer_cache") value = value.empty() ? "" : folder_name(value);
  return settings;
}

void describe_trials(const baselines::TuneReport& report, MeasuredRow& row) {
  for (const auto& trial : report.trials) {
    row.trials += trial.run ? 1 : 0;
    row.trials_not_begun += trial.run ? 0 : 1;
    row.trials_cut += trial.fit.ended_by == "minutes" ? 1 : 0;
  }
  if (report.trials.empty()) return;
  row.ended_by = report.trials[report.best].fit.ended_by;
  row.valid_ndcg = report.trials[report.best].ndcg;
}

/// Whether two seeds came to the same: by their scores, or as far as it can be told where only ranks are left
/// of one.
bool rank_alike(const MadeRow& a, const MadeRow& b) {
  if (a.ranks_only && b.ranks_only) return a.scores_hash == b.scores_hash;
  if (!a.ranks_only && !b.ranks_only) return metrics::same_scores(a.test, b.test);
  const auto names = metrics::metric_names();
  return !a.test.slate_ids.empty() && std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return a.test.values.at(name) == b.test.values.at(name);
  });
}

/// Whether a combination without `of` learns from the row. Combinations are left out: one learned from
/// another's scores on the slates that the other was fitted to would take them for better than they are; so
/// is chance, which is noise; and popularity, where it tells how negatives were drawn.
bool joins_all(const RowPlan& row, const data::Protocol& protocol) {
  const bool by_popularity =
      scores_by_popularity(row.method) || given_setting(row.settings, "ties_by_popularity") == "true";
  if (protocol.draws_by_popularity() && by_popularity) return false;
  return !is_combination(row) && row.method != "random";
}

/// What a combination learns from and is applied to.
struct Parts {
  std::vector<PerUserResults> valid, test;
};

void learn_and_apply(const RowPlan& row, int64_t seed, const Parts& parts, const Place& place,
                     StoredRow& stored) {
  const auto& split = place.split;
  const auto& dataset = place.dataset;
  const Combination learned =
      learn_combination(row.method, row.settings, seed, parts.valid, split.valid, dataset, split);
  stored.measured.report = describe_combination(learned).dump();
  stored.measured.valid_ndcg = learned.cross_fitted_ndcg();
  stored.valid = apply_combination(learned, parts.valid, split.valid, dataset, split, row.name);
  stored.test = apply_combination(learned, parts.test, split.test, dataset, split, row.name);
}

}  // namespace

std::vector<MadeRow> RowMaker::make(const RowPlan& row) {
  std::vector<MadeRow> made;
  for (const int64_t seed : seeds_of(row, plan_)) {
    MadeRow next = make_or_fail(row, seed);
    const auto like = [&](const MadeRow& other) { return rank_alike(other, next); };
    if (next.measured.failure.empty() && std::any_of(made.begin(), made.end(), like)) {
      base::log_info("{} / {}: does not depend on the seed", place_.plan->name, row.name);
      return made;
    }
    made.push_back(std::move(next));
  }
  return made;
}

/// Whatever goes wrong in one row, the others are still worth having.
MadeRow RowMaker::make_or_fail(const RowPlan& row, int64_t seed) {
  MadeRow failed;
  failed.measured.dataset = place_.plan->name;
  failed.measured.row = row.name;
  failed.measured.method = row.method;
  failed.measured.seed = seed;
  try {
    return make_one(row, seed);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::kInterrupted) throw;
    failed.measured.failure = error.what();
    failed.measured.status = error.exit_code();
  } catch (const std::exception& error) {
    failed.measured.failure = error.what();
    failed.measured.status = kOtherFailure;
  }
  base::log_warning("{} / {} failed and is left out: {}", place_.plan->name, row.name,
                    failed.measured.failure);
  return failed;
}

MadeRow RowMaker::make_one(const RowPlan& row, int64_t seed) {
  base::stop_if_interrupted("compare");
  const base::Path folder = folder_of(row, seed);
  const std::string key = key_of(row, seed);
  auto found = find(row, key, folder);
  const bool reused = found.has_value();
  if (!reused) {
    found = is_combination(row) ? combine(row, seed) : train(row, seed);
    write_row(folder, key, *found);
    found->scores_hash = hash_of_scores(*found);
  }
  publish(row, seed, folder, *found);
  found->measured.reused = reused;
  found->measured.dataset = place_.plan->name;
  found->measured.row = row.name;
  found->measured.result = (folder / "test.parquet").string();
  if (row.slates == 0)
    kept_.push_back({row.name, joins_all(row, place_.split.valid.protocol), seed, key_of_results(key, folder),
                     std::move(found->valid), found->test, found->ranks_only});
  return {std::move(found->measured), std::move(found->test), std::move(found->scores_hash),
          found->ranks_only};
}

/// A row is finished whether or not its ranks can be written.
void RowMaker::publish(const RowPlan& row, int64_t seed, const base::Path& folder,
                       const StoredRow& stored) const {
  if (ranks_ == nullptr) return;
  try {
    ranks_->add(row, seed, folder, stored.test);
  } catch (const base::Error& error) {
    base::log_warning("{} / {} is missing among the ranks: {}; run the same command again", place_.plan->name,
                      row.name, error.what());
  }
}

std::optional<StoredRow> RowMaker::find(const RowPlan& row, const std::string& key,
                                        const base::Path& folder) const {
  auto found = read_row(folder, key);
  if (found || ranks_ == nullptr || !ranks_->restore(row, plan_.seed, key, folder)) return found;
  found = read_row(folder, key);
  R2RANK_CHECK(found.has_value());
  return found;
}

bool RowMaker::has(const RowPlan& row, int64_t seed) const {
  const std::string key = key_of(row, seed);
  return has_row(folder_of(row, seed), key) || (ranks_ != nullptr && ranks_->has(key));
}

base::Path RowMaker::folder_of(const RowPlan& row, int64_t seed) const {
  return place_.folder / "rows" / row.name / fmt::format("seed-{}", seed);
}

std::string RowMaker::key_of(const RowPlan& row, int64_t seed) const {
  RowRun run{.row = row, .seed = seed};
  if (is_combination(row))
    for (const Kept* part : parts_of(row, seed)) run.parts.push_back(part->key);
  return row_key(run, plan_, place_.split, place_.dataset, files_);
}

void RowMaker::assume(const RowPlan& row, int64_t seed) {
  if (row.slates > 0) return;
  const std::string key = key_of(row, seed);
  const base::Path folder = folder_of(row, seed);
  const bool there = has_row(folder, key), ranked = !there && ranks_ != nullptr && ranks_->has(key);
  kept_.push_back({row.name,
                   joins_all(row, place_.split.valid.protocol),
                   seed,
                   ranked ? ranks_->key_of_results(key) : key_of_results(key, folder),
                   {},
                   {},
                   ranked || (there && read_card(folder).value("ranks_only", false))});
}

StoredRow RowMaker::train(const RowPlan& row, int64_t seed) const {
  const auto start = Clock::now();
  BaselineRequest request{.method = row.method,
                          .settings = settings_for_seed(row, seed),
                          .seed = static_cast<uint64_t>(seed),
                          .fit = row.fit,
                          .tune = row.budget};
  if (!row.tune) request.tune.trials = 1;
  bool announced = false;
  request.made = [&](const baselines::Scorer& scorer) {
    if (!announced) announce(row, scorer);
    announced = true;
  };
  FittedBaseline fitted = fit_baseline(request, place_.training());
  StoredRow stored;
  stored.measured.method = row.method;
  stored.measured.seed = seed;
  stored.measured.training_seconds = seconds_since(start);
  stored.measured.settings = without_places(fitted.settings);
  stored.measured.budget = budget_of(row);
  stored.measured.report = report_json(fitted.report).dump();
  describe_trials(fitted.report, stored.measured);
  return score(std::move(stored), row, *fitted.scorer);
}

/// How long a language model will be at it, before it begins.
void RowMaker::announce(const RowPlan& row, const baselines::Scorer& scorer) const {
  const auto test = data::sampled_slates(place_.split.test, place_.dataset,
                                         {row.slates, static_cast<uint64_t>(plan_.seed)});
  auto slates = test.slates;
  if (row.slates == 0)
    slates.insert(slates.end(), place_.split.valid.slates.begin(), place_.split.valid.slates.end());
  if (const std::string work = describe_work(scorer, slates); !work.empty())
    base::log_info("{} {}: scoring takes {}", place_.plan->name, row.name, work);
}

/// Validation scores are what combinations learn from; a row on some slates only is in none.
StoredRow RowMaker::score(StoredRow stored, const RowPlan& row, baselines::Scorer& scorer) const {
  const auto start = Clock::now();
  const std::string label = place_.plan->name + " " + row.name;
  const auto test = data::sampled_slates(place_.split.test, place_.dataset,
                                         {row.slates, static_cast<uint64_t>(plan_.seed)});
  if (row.slates == 0) stored.valid = evaluate(scorer, place_.split.valid, place_.dataset, label + ", valid");
  stored.test = evaluate(scorer, test, place_.dataset, label);
  stored.valid.training_hash = stored.test.training_hash = data::training_hash(place_.split);
  stored.measured.notes = notes_of(scorer);
  stored.valid.scorer = stored.test.scorer = row.name;
  stored.measured.scoring_seconds = seconds_since(start);
  describe_test(stored);
  if (std::isnan(stored.measured.valid_ndcg) && row.slates == 0)
    stored.measured.valid_ndcg = mean(user_means(stored.valid, kValidated));
  return stored;
}

StoredRow RowMaker::combine(const RowPlan& row, int64_t seed) const {
  const auto start = Clock::now();
  if (const auto names = parts_without_scores(row, seed); !names.empty())
    base::fail_usage(
        "compare",
        "it learns from the scores of {}, of which only ranks are here: remove what lies of them in "
        "{} and run without --ranks, which makes them anew",
        fmt::join(names, ", "), (place_.folder / "rows").string());
  Parts parts;
  for (const Kept* part : parts_of(row, seed)) {
    parts.valid.push_back(part->valid);
    parts.test.push_back(part->test);
  }
  StoredRow stored;
  learn_and_apply(row, seed, parts, place_, stored);
  stored.valid.training_hash = stored.test.training_hash = data::training_hash(place_.split);
  stored.measured.method = row.method;
  stored.measured.seed = seed;
  stored.measured.settings = row.settings;
  stored.measured.training_seconds = seconds_since(start);
  describe_test(stored);
  return stored;
}

std::vector<std::string> RowMaker::parts_without_scores(const RowPlan& row, int64_t seed) const {
  std::vector<std::string> names;
  for (const Kept* part : parts_of(row, seed))
    if (part->ranks_only) names.push_back(part->name);
  return names;
}

/// Of each row combined its results with this seed, or with its first where it has no such seed.
std::vector<const RowMaker::Kept*> RowMaker::parts_of(const RowPlan& row, int64_t seed) const {
  std::vector<std::string> names = row.of;
  for (const auto& kept : kept_)
    if (row.of.empty() && kept.joins_all && std::find(names.begin(), names.end(), kept.name) == names.end())
      names.push_back(kept.name);
  std::vector<const Kept*> parts;
  for (const auto& name : names) {
    const Kept* part = nullptr;
    for (const auto& kept : kept_)
      if (kept.name == name && (part == nullptr || kept.seed == seed)) part = &kept;
    if (part == nullptr) base::fail_usage("compare", "it combines '{}', which has no results", name);
    parts.push_back(part);
  }
  return parts;
}

}  // namespace r2rank::experiment
