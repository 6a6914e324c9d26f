#include "experiment/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "baselines/scorer_notes.h"
#include "experiment/catalogue_evaluation.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kShownMetric = "ndcg@10";

void stop_if_interrupted(size_t done, size_t total) {
  if (!base::interrupt_requested()) return;
  base::fail(base::ErrorKind::kInterrupted, "eval",
             "interrupted after {} of {} slates; no results were written: run the same command again", done,
             total);
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double noting_seconds(const baselines::Scorer& scorer) {
  const auto* noted = dynamic_cast<const baselines::ScorerNotes*>(&scorer);
  return noted == nullptr ? 0 : noted->noting_seconds();
}

/// Time and tokens of a batch are shared equally by its slates; the time that notes took is nobody's.
void score_batch(baselines::Scorer& scorer, std::span<const data::Slate> batch, const data::Dataset& dataset,
                 metrics::PerUserResults& results) {
  const int64_t tokens_before = scorer.tokens();
  const double noting_before = noting_seconds(scorer);
  const auto start = std::chrono::steady_clock::now();
  auto scores = scorer.score_batch(batch);
  const double whole = milliseconds_since(start);
  const double milliseconds = std::max(0.0, whole - 1e3 * (noting_seconds(scorer) - noting_before));
  R2RANK_CHECK(scores.size() == batch.size());
  const auto slates = static_cast<double>(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    append_slate(results, batch[i], dataset, std::move(scores[i]));
    results.values[kMilliseconds].push_back(milliseconds / slates);
    results.values[kTokens].push_back(static_cast<double>(scorer.tokens() - tokens_before) / slates);
  }
}

}  // namespace

metrics::PerUserResults evaluate(baselines::Scorer& scorer, const data::SlateSet& slates,
                                 const data::Dataset& dataset, const std::string& label) {
  if (ranks_full_catalogue(slates)) return evaluate_catalogue(scorer, slates, dataset, label);
  if (auto* noted = dynamic_cast<baselines::ScorerNotes*>(&scorer)) noted->forget_notes();
  auto results = results_without_rows(scorer.name(), slates);
  const std::span<const data::Slate> all = slates.slates;
  base::Progress progress(label, static_cast<int64_t>(all.size()), "slates");
  const auto batch_size = static_cast<size_t>(std::max<int64_t>(1, scorer.batch_size()));
  double sum = 0;
  for (size_t done = 0; done < all.size();) {
    stop_if_interrupted(done, all.size());
    const auto batch = all.subspan(done, std::min(batch_size, all.size() - done));
    score_batch(scorer, batch, dataset, results);
    const auto& shown = results.values[kShownMetric];
    sum += std::accumulate(shown.begin() + static_cast<int64_t>(done), shown.end(), 0.0);
    done += batch.size();
    progress.advance(static_cast<int64_t>(batch.size()),
                     fmt::format("{} {:.3f}", kShownMetric, sum / static_cast<double>(done)));
  }
  warn_not_finite(scorer.name(), results);
  return results;
}

std::vector<std::pair<std::string, double>> notes_of(const baselines::Scorer& scorer) {
  const auto* noted = dynamic_cast<const baselines::ScorerNotes*>(&scorer);
  return noted == nullptr ? std::vector<std::pair<std::string, double>>() : noted->notes();
}

void warn_not_finite(const std::string& name, const metrics::PerUserResults& results) {
  int64_t count = 0, all = 0;
  for (const auto& slate : results.scores) {
    all += static_cast<int64_t>(slate.size());
    count += std::count_if(slate.begin(), slate.end(), [](double score) { return std::isnan(score); });
  }
  if (count > 0)
    base::log_warning("{} of {} scores of '{}' are not a number; they rank last. Has its training diverged?",
                      count, all, name);
}

metrics::PerUserResults results_without_rows(const std::string& scorer, const data::SlateSet& slates) {
  metrics::PerUserResults results;
  results.scorer = scorer;
  results.protocol = slates.protocol.name();
  results.slates_hash = slates.hash;
  return results;
}

void append_slate(metrics::PerUserResults& results, const data::Slate& slate, const data::Dataset& dataset,
                  std::vector<double> scores) {
  R2RANK_CHECK(scores.size() == slate.candidates.size());
  results.slate_ids.push_back(slate.id);
  results.user_ids.push_back(dataset.user_ids.at(slate.user));
  for (const auto& [metric, value] : metrics::all_metrics(scores, slate.relevance)) {
    results.values[metric].push_back(value);
  }
  results.scores.push_back(std::move(scores));
}

namespace {

void check_rows(const metrics::PerUserResults& results, const data::SlateSet& slates,
                const std::string& source) {
  bool fits = results.slate_ids.size() == slates.slates.size();
  for (size_t i = 0; fits && i < slates.slates.size(); ++i)
    fits = results.slate_ids[i] == slates.slates[i].id &&
           results.scores[i].size() == slates.slates[i].candidates.size();
  if (!fits)
    base::fail_data("eval",
                    "{}: expected a row for each of the {} slates, in their order, with a score for each "
                    "candidate; evaluate '{}' again",
                    source, slates.slates.size(), results.scorer);
}

std::vector<double> measured(const std::string& metric, const metrics::PerUserResults& results,
                             const data::SlateSet& slates) {
  std::vector<double> values;
  for (size_t i = 0; i < slates.slates.size(); ++i)
    values.push_back(metrics::metric_value(metric, results.scores[i], slates.slates[i].relevance));
  return values;
}

}  // namespace

void complete_results(metrics::PerUserResults& results, const data::SlateSet& slates,
                      const std::vector<std::string>& metrics, const std::string& source) {
  check_rows(results, slates, source);
  std::vector<std::string> missing;
  for (const auto& metric : metrics)
    if (!results.values.contains(metric)) missing.push_back(metric);
  check_stored(slates, missing);
  for (const auto& metric : missing) results.values[metric] = measured(metric, results, slates);
}

namespace {

const std::vector<double>& finite_column(const metrics::PerUserResults& results, const std::string& column) {
  const auto found = results.values.find(column);
  if (found == results.values.end()) {
    base::fail_data("eval",
                    "expected the column '{}' in the results of '{}' (it is not there); evaluate it again",
                    column, results.scorer);
  }
  for (const double value : found->second) {
    if (!std::isfinite(value)) {
      base::fail_data(
          "eval", "expected numbers in the column '{}' of the results of '{}' (found: {}); evaluate it again",
          column, results.scorer, value);
    }
  }
  return found->second;
}

/// The user of each row, numbered in order of first appearance, and how many rows each has.
struct RowUsers {
  explicit RowUsers(const metrics::PerUserResults& results) {
    std::unordered_map<std::string_view, size_t> place_of;
    for (const auto& id : results.user_ids) {
      const auto place = place_of.try_emplace(id, rows.size()).first->second;
      if (place == rows.size()) rows.push_back(0);
      ++rows[place];
      of_row.push_back(place);
    }
  }
  std::vector<size_t> of_row;
  std::vector<double> rows;  // [users]
};

std::vector<double> means_of(const std::vector<double>& values, const RowUsers& users) {
  std::vector<double> means(users.rows.size(), 0.0);
  for (size_t row = 0; row < users.of_row.size(); ++row) means[users.of_row[row]] += values.at(row);
  for (size_t user = 0; user < means.size(); ++user) means[user] /= users.rows[user];
  return means;
}

}  // namespace

std::vector<double> user_means(const metrics::PerUserResults& results, const std::string& column) {
  return means_of(finite_column(results, column), RowUsers(results));
}

std::vector<std::vector<double>> user_means(const metrics::PerUserResults& results,
                                            std::span<const std::string> columns) {
  const RowUsers users(results);
  std::vector<std::vector<double>> means;
  for (const auto& column : columns) means.push_back(means_of(finite_column(results, column), users));
  return means;
}

void check_comparable(const metrics::PerUserResults& a, const metrics::PerUserResults& b) {
  if (a.slates_hash != b.slates_hash) {
    base::fail_usage("eval",
                     "expected results on the same slates, but '{}' was evaluated on {} (slates {}) and '{}' "
                     "on {} (slates "
                     "{}): other users or candidates make other numbers; evaluate both on one slates file",
                     a.scorer, a.protocol, a.slates_hash, b.scorer, b.protocol, b.slates_hash);
  }
  if (!a.training_hash.empty() && !b.training_hash.empty() && a.training_hash != b.training_hash) {
    base::fail_usage(
        "eval",
        "expected results of scorers that learned from the same events, but '{}' did from those with hash {} "
        "and '{}' from those with {}: a split with --train-on-unvalidated, or with that and other --valid-users, "
        "trains on other events, whatever its test slates; train and evaluate both on one split",
        a.scorer, a.training_hash, b.scorer, b.training_hash);
  }
  if (a.slate_ids != b.slate_ids || a.user_ids != b.user_ids) {
    base::fail_usage(
        "eval",
        "expected results on the same slates, but '{}' has {} rows and '{}' has {}, or in another order; "
        "evaluate both on all of the slates file",
        a.scorer, a.slate_ids.size(), b.scorer, b.slate_ids.size());
  }
}

}  // namespace r2rank::experiment
