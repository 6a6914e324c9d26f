#include "metrics/exposure.h"

#include <algorithm>
#include <numeric>

namespace r2rank::metrics {

Exposure::Exposure(int64_t items)
    : expected_(static_cast<size_t>(items), 0.0),
      missed_(static_cast<size_t>(items), 1.0),
      offered_(static_cast<size_t>(items), false) {}

void Exposure::add(std::span<const int32_t> candidates, const TopItems& top) {
  for (const int32_t item : candidates) offered_[static_cast<size_t>(item)] = true;
  const auto count = [&](int32_t place, double probability) {
    const auto item = static_cast<size_t>(candidates[static_cast<size_t>(place)]);
    expected_[item] += probability;
    missed_[item] *= 1 - probability;
  };
  for (const int32_t place : top.certain) count(place, 1);
  for (const int32_t place : top.tied) count(place, top.tied_probability());
}

double Exposure::covered() const {
  double total = 0;
  for (const double missed : missed_) total += 1 - missed;
  return total;
}

int64_t Exposure::offered() const {
  return std::count(offered_.begin(), offered_.end(), true);
}

double Exposure::gini() const {
  auto counts = expected_;
  std::sort(counts.begin(), counts.end());
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  const auto items = static_cast<double>(counts.size());
  double weighted = 0;
  for (size_t i = 0; i < counts.size(); ++i)
    weighted += (2 * static_cast<double>(i + 1) - items - 1) * counts[i];
  return total > 0 ? weighted / (items * total) : 0;
}

}  // namespace r2rank::metrics
