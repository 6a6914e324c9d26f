#include "metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace r2rank::metrics {
namespace {

constexpr double kSmallestProbability = 1e-12;
constexpr double kWidestFactor = 1000;
constexpr int kSearchSteps = 50;  // each leaves 0.618 of the range: to 1e-10 of the temperature's logarithm

double deviation(std::span<const ScoredSlate> slates) {
  double count = 0, mean = 0, squares = 0;
  for (const auto& slate : slates)
    for (const double score : slate.scores) {
      if (!std::isfinite(score)) continue;
      const double step = score - mean;
      mean += step / ++count;
      squares += step * (score - mean);
    }
  return count > 0 ? std::sqrt(squares / count) : 0;
}

double mean_loss(std::span<const ScoredSlate> slates, double temperature) {
  double total = 0;
  for (const auto& slate : slates)
    total += log_loss(slate_probabilities(slate.scores, temperature), slate_outcomes(slate.relevance));
  return total / static_cast<double>(slates.size());
}

/// Golden-section search; the loss is convex in 1 / temperature, so it has one valley.
template <class Function>
double lowest_place(double low, double high, const Function& function) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double left = high - ratio * (high - low), right = low + ratio * (high - low);
  double at_left = function(left), at_right = function(right);
  for (int step = 0; step < kSearchSteps; ++step) {
    if (at_left <= at_right) {
      high = right, right = left, at_right = at_left;
      at_left = function(left = high - ratio * (high - low));
    } else {
      low = left, left = right, at_left = at_right;
      at_right = function(right = low + ratio * (high - low));
    }
  }
  return (low + high) / 2;
}

}  // namespace

void Reliability::add(double probability, double outcome) {
  R2RANK_CHECK(probability >= 0 && probability <= 1 && outcome >= 0 && outcome <= 1);
  const auto count = static_cast<double>(sums_.size());
  const auto bin = static_cast<size_t>(std::clamp(std::ceil(probability * count) - 1, 0.0, count - 1));
  ++sums_[bin].count;
  sums_[bin].probability += probability;
  sums_[bin].hit_rate += outcome;
}

std::vector<ReliabilityBin> Reliability::bins() const {
  auto means = sums_;
  for (auto& bin : means) {
    if (bin.count == 0) continue;
    bin.probability /= static_cast<double>(bin.count);
    bin.hit_rate /= static_cast<double>(bin.count);
  }
  return means;
}

double Reliability::error() const {
  double apart = 0, count = 0;
  for (const auto& bin : sums_) {
    apart += std::abs(bin.probability - bin.hit_rate);
    count += static_cast<double>(bin.count);
  }
  return count > 0 ? apart / count : 0;
}

std::vector<double> slate_probabilities(std::span<const double> scores, double temperature) {
  R2RANK_CHECK(temperature > 0 && !scores.empty());
  double highest = -INFINITY;
  for (const double score : scores)
    if (score > highest) highest = score;  // false for NaN
  std::vector<double> probabilities(scores.size());
  double total = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    const bool at_top = scores[i] == highest || highest == -INFINITY;
    const double weight = at_top ? 1 : std::exp((scores[i] - highest) / temperature);
    total += probabilities[i] = std::isnan(weight) ? 0 : weight;
  }
  for (double& probability : probabilities) probability /= total;
  return probabilities;
}

std::vector<double> slate_outcomes(std::span<const float> relevance) {
  std::vector<double> outcomes(relevance.size(), 0.0);
  const auto relevant =
      std::count_if(relevance.begin(), relevance.end(), [](float label) { return label > 0; });
  for (size_t i = 0; i < relevance.size(); ++i)
    if (relevance[i] > 0) outcomes[i] = 1 / static_cast<double>(relevant);
  return outcomes;
}

double log_loss(std::span<const double> probabilities, std::span<const double> outcomes) {
  R2RANK_CHECK(probabilities.size() == outcomes.size());
  double total = 0;
  for (size_t i = 0; i < outcomes.size(); ++i)
    if (outcomes[i] > 0) total -= outcomes[i] * std::log(std::max(probabilities[i], kSmallestProbability));
  return total;
}

double fitted_temperature(std::span<const ScoredSlate> slates) {
  const double scale = deviation(slates);
  if (!(scale > 0) || !std::isfinite(scale)) return 1;
  const double width = std::log(kWidestFactor);
  return scale * std::exp(lowest_place(-width, width, [&](double place) {
           return mean_loss(slates, scale * std::exp(place));
         }));
}

}  // namespace r2rank::metrics
