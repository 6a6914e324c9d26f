#include "experiment/component_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/hash.h"
#include "experiment/catalogue_evaluation.h"
#include "experiment/evaluation.h"

namespace r2rank::experiment {
namespace {

void check_results(std::span<const metrics::PerUserResults> results, const data::SlateSet& slates) {
  if (results.empty()) base::fail_usage("blend", "expected the results of at least one scorer, found none");
  if (ranks_full_catalogue(slates))
    base::fail_usage(
        "blend",
        "expected slates with all of their candidates (found the full catalogue, of which results "
        "keep the relevant items' scores alone); combine scorers on drawn or hard candidates");
  std::set<std::string> names;
  for (const auto& result : results) {
    if (!names.insert(result.scorer).second) {
      base::fail_usage("blend", "expected scorers of different names, found '{}' twice; name one anew",
                       result.scorer);
    }
    if (result.slates_hash != slates.hash || result.slate_ids.size() != slates.slates.size()) {
      base::fail_usage(
          "blend",
          "expected results on the {} slates {}, but '{}' has {} rows on slates {}; evaluate it on these",
          slates.slates.size(), slates.hash, result.scorer, result.slate_ids.size(), result.slates_hash);
    }
  }
}

std::span<const double> checked_row(const metrics::PerUserResults& result, const data::SlateSet& slates,
                                    size_t slate) {
  const auto& expected = slates.slates[slate];
  if (result.slate_ids[slate] != expected.id || slate >= result.scores.size() ||
      result.scores[slate].size() != expected.candidates.size()) {
    base::fail_data(
        "blend", "expected {} scores of slate {} in row {} of '{}', found {} of slate {}; evaluate it again",
        expected.candidates.size(), expected.id, slate, result.scorer,
        slate < result.scores.size() ? result.scores[slate].size() : 0, result.slate_ids[slate]);
  }
  return result.scores[slate];
}

/// Scores without NaN and infinities.
std::vector<double> finite(std::span<const double> scores) {
  double low = INFINITY, high = -INFINITY;
  for (const double score : scores) {
    if (!std::isfinite(score)) continue;
    low = std::min(low, score);
    high = std::max(high, score);
  }
  if (low > high) low = high = 0;
  std::vector<double> result;
  for (const double score : scores) result.push_back(std::isnan(score) ? low : std::clamp(score, low, high));
  return result;
}

std::vector<double> z_scores(std::span<const double> scores) {
  std::vector<double> values = finite(scores);
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / count) * (value - sum / count);
  const double deviation = std::sqrt(squares / count);
  for (double& value : values) value = deviation > 0 ? (value - sum / count) / deviation : 0;
  return values;
}

}  // namespace

ComponentScores component_scores(std::span<const metrics::PerUserResults> results,
                                 const data::SlateSet& slates) {
  check_results(results, slates);
  ComponentScores scores;
  scores.first = {0};
  for (const auto& result : results) scores.names.push_back(result.scorer);
  for (const auto& slate : slates.slates)
    scores.first.push_back(scores.first.back() + slate.candidates.size());
  scores.user_of = results.front().user_ids;
  scores.z.resize(scores.first.back() * results.size());
  for (size_t s = 0; s < results.size(); ++s) {
    for (size_t slate = 0; slate < scores.slates(); ++slate) {
      const auto values = z_scores(checked_row(results[s], slates, slate));
      for (size_t k = 0; k < values.size(); ++k) {
        scores.z[(scores.first[slate] + k) * results.size() + s] = values[k];
      }
    }
  }
  return scores;
}

std::vector<size_t> slates_to_learn_from(const data::SlateSet& slates, int64_t skip, int64_t least,
                                         const std::string& method) {
  std::vector<size_t> chosen;
  for (size_t slate = static_cast<size_t>(skip); slate < slates.slates.size(); ++slate)
    if (slates.slates[slate].missed.empty()) chosen.push_back(slate);
  const auto all = static_cast<int64_t>(slates.slates.size()), learned = static_cast<int64_t>(chosen.size());
  if (learned < least)
    base::fail_usage(method,
                     "expected at least {} validation slates to learn from, found {} of which {} are skipped "
                     "and {} more hold what their retriever missed; split with more --valid-users or lower "
                     "skip_slates",
                     least, all, skip, std::max<int64_t>(0, all - learned - skip));
  return chosen;
}

std::vector<size_t> folds_of(const ComponentScores& scores, size_t folds) {
  std::vector<size_t> result;
  for (const std::string& user : scores.user_of) result.push_back(base::hash64("fold " + user) % folds);
  return result;
}

std::vector<double> user_weights(const ComponentScores& scores, std::span<const size_t> slates) {
  std::unordered_map<std::string_view, double> slates_of;
  for (const size_t slate : slates) ++slates_of[scores.user_of[slate]];
  std::vector<double> weights;
  for (const size_t slate : slates) weights.push_back(1 / slates_of[scores.user_of[slate]]);
  return weights;
}

std::vector<metrics::PerUserResults> pick_results(std::span<const metrics::PerUserResults> results,
                                                  std::span<const std::string> names) {
  std::vector<metrics::PerUserResults> picked;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(results.begin(), results.end(),
                     [&](const metrics::PerUserResults& result) { return result.scorer == name; });
    if (found == results.end()) {
      base::fail_usage("blend",
                       "expected the results of '{}', which the combination was learned with, found none; "
                       "evaluate it on these slates too",
                       name);
    }
    picked.push_back(*found);
  }
  return picked;
}

metrics::PerUserResults combined_results(const std::string& name, const std::vector<double>& scores,
                                         const ComponentScores& components,
                                         std::span<const metrics::PerUserResults> results,
                                         const data::SlateSet& slates, const data::Dataset& dataset) {
  auto combined = results_without_rows(name, slates);
  for (size_t slate = 0; slate < components.slates(); ++slate) {
    const auto begin = scores.begin() + static_cast<int64_t>(components.first[slate]);
    append_slate(combined, slates.slates[slate], dataset,
                 {begin, begin + static_cast<int64_t>(components.size(slate))});
    for (const char* column : {kMilliseconds, kTokens}) {
      double sum = 0;
      for (const auto& result : results) {
        const auto found = result.values.find(column);
        sum += found == result.values.end() ? 0 : found->second.at(slate);
      }
      combined.values[column].push_back(sum);
    }
  }
  return combined;
}

}  // namespace r2rank::experiment
