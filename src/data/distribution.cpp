#include "data/distribution.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace r2rank::data {
namespace {

int64_t quantile(const std::vector<int64_t>& ascending, double share) {
  const auto rank = static_cast<int64_t>(std::ceil(share * static_cast<double>(ascending.size()) - 1e-9));
  return ascending[static_cast<size_t>(std::max<int64_t>(rank, 1) - 1)];
}

/// Sum over ranks of (2 rank - n - 1) value / (n sum): half the mean absolute difference over the mean.
double gini_of(const std::vector<int64_t>& ascending, int64_t sum) {
  if (sum == 0) return 0;
  double weighted = 0;
  const auto n = static_cast<double>(ascending.size());
  for (size_t i = 0; i < ascending.size(); ++i)
    weighted += (2.0 * static_cast<double>(i + 1) - n - 1) * static_cast<double>(ascending[i]);
  return weighted / (n * static_cast<double>(sum));
}

std::vector<Distribution::Bin> bins_of(const std::vector<int64_t>& ascending) {
  std::vector<Distribution::Bin> bins;
  size_t done = 0;
  for (int64_t low = 0, high = 0; done < ascending.size();
       low = high + 1, high = std::max<int64_t>(1, 2 * high)) {
    size_t end = done;
    while (end < ascending.size() && ascending[end] <= high) ++end;
    bins.push_back({low, high, static_cast<int64_t>(end - done)});
    done = end;
  }
  if (!bins.empty() && bins.front().count == 0) bins.erase(bins.begin());  // no zeros
  return bins;
}

}  // namespace

Distribution describe_values(std::vector<int64_t> values) {
  Distribution distribution;
  if (values.empty()) return distribution;
  std::sort(values.begin(), values.end());
  distribution.values = static_cast<int64_t>(values.size());
  distribution.sum = std::accumulate(values.begin(), values.end(), int64_t{0});
  distribution.min = values.front();
  distribution.q25 = quantile(values, 0.25);
  distribution.median = quantile(values, 0.5);
  distribution.q75 = quantile(values, 0.75);
  distribution.q90 = quantile(values, 0.9);
  distribution.q99 = quantile(values, 0.99);
  distribution.max = values.back();
  distribution.mean = static_cast<double>(distribution.sum) / static_cast<double>(values.size());
  distribution.gini = gini_of(values, distribution.sum);
  distribution.bins = bins_of(values);
  return distribution;
}

double head_share(std::vector<int64_t> values, double share) {
  const int64_t sum = std::accumulate(values.begin(), values.end(), int64_t{0});
  if (sum == 0) return 0;
  std::sort(values.begin(), values.end(), std::greater<>());
  const auto head =
      std::clamp<int64_t>(static_cast<int64_t>(std::ceil(share * static_cast<double>(values.size()) - 1e-9)),
                          1, static_cast<int64_t>(values.size()));
  const int64_t held = std::accumulate(values.begin(), values.begin() + head, int64_t{0});
  return static_cast<double>(held) / static_cast<double>(sum);
}

}  // namespace r2rank::data
