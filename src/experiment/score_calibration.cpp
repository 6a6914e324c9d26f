#include "experiment/score_calibration.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "metrics/top_items.h"

namespace r2rank::experiment {
namespace {

constexpr size_t kMostFitted = 2000;

using Slates = std::vector<metrics::ScoredSlate>;

/// 0 or 1 for each slate, by its user.
std::vector<int> halves(const std::vector<std::string>& users) {
  std::unordered_map<std::string, int> half_of;
  std::vector<int> result;
  for (const auto& user : users)
    result.push_back(half_of.try_emplace(user, static_cast<int>(half_of.size() % 2)).first->second);
  return result;
}

Slates scored_slates(const metrics::PerUserResults& results, const data::SlateSet& slates) {
  R2RANK_CHECK(results.scores.size() == slates.slates.size());
  Slates scored;
  for (size_t i = 0; i < results.scores.size(); ++i)
    scored.push_back({results.scores[i], slates.slates[i].relevance});
  return scored;
}

/// Of many slates as many as are fitted on, at even distances: the first ones would be those of few users.
double fitted(const Slates& slates) {
  if (slates.size() <= kMostFitted) return metrics::fitted_temperature(slates);
  Slates spread;
  for (size_t i = 0; i < kMostFitted; ++i) spread.push_back(slates[i * slates.size() / kMostFitted]);
  return metrics::fitted_temperature(spread);
}

/// The temperature for each slate: the one of the half that its user is not in.
std::vector<double> cross_fitted(const Slates& slates, const std::vector<int>& half_of) {
  std::array<Slates, 2> half;
  for (size_t i = 0; i < slates.size(); ++i) half[static_cast<size_t>(half_of[i])].push_back(slates[i]);
  const std::array<double, 2> of_half = {fitted(half[0]), fitted(half[1])};
  std::vector<double> temperatures;
  for (const int own : half_of) temperatures.push_back(of_half[static_cast<size_t>(1 - own)]);
  return temperatures;
}

ScoreCalibration calibration_at(const Slates& slates, const std::vector<double>& temperatures) {
  metrics::Reliability all, top;
  ScoreCalibration result;
  for (size_t i = 0; i < slates.size(); ++i) {
    const auto probabilities = metrics::slate_probabilities(slates[i].scores, temperatures[i]);
    const auto outcomes = metrics::slate_outcomes(slates[i].relevance);
    for (size_t j = 0; j < outcomes.size(); ++j) all.add(std::min(1.0, probabilities[j]), outcomes[j]);
    const auto first = metrics::top_items(slates[i].scores, 1);
    const auto mean = [&](const std::vector<double>& values) {
      return std::min(1.0, metrics::mean_over_top(
                               first, [&](int32_t place) { return values[static_cast<size_t>(place)]; }));
    };
    top.add(mean(probabilities), mean(outcomes));
    result.log_loss += metrics::log_loss(probabilities, outcomes) / static_cast<double>(slates.size());
  }
  result.error = all.error();
  result.top_error = top.error();
  result.top_bins = top.bins();
  return result;
}

std::optional<double> error_as_probabilities(const Slates& slates) {
  metrics::Reliability reliability;
  for (const auto& slate : slates)
    for (size_t i = 0; i < slate.scores.size(); ++i) {
      if (!(slate.scores[i] >= 0 && slate.scores[i] <= 1)) return std::nullopt;
      reliability.add(slate.scores[i], slate.relevance[i] > 0 ? 1 : 0);
    }
  return reliability.error();
}

}  // namespace

Calibrations score_calibration(const metrics::PerUserResults& results, const data::SlateSet& slates) {
  const Slates scored = scored_slates(results, slates);
  return {calibration_at(scored, std::vector<double>(scored.size(), 1.0)),
          calibration_at(scored, cross_fitted(scored, halves(results.user_ids))), fitted(scored),
          error_as_probabilities(scored)};
}

}  // namespace r2rank::experiment
