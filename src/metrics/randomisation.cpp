#include "metrics/randomisation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace r2rank::metrics {
namespace {

constexpr int kGroup = 8;                            // users whose signs one random byte holds
using SignedSums = std::array<double, 1 << kGroup>;  // the sum of a group for each pattern of signs

std::vector<double> differing(std::span<const double> a, std::span<const double> b) {
  R2RANK_CHECK(a.size() == b.size());
  std::vector<double> differences;
  for (size_t i = 0; i < a.size(); ++i) {
    R2RANK_CHECK(std::isfinite(a[i]) && std::isfinite(b[i]));
    if (a[i] != b[i]) differences.push_back(a[i] - b[i]);
  }
  return differences;
}

SignedSums signed_sums(std::span<const double> group) {
  SignedSums sums{};
  for (size_t pattern = 0; pattern < sums.size(); ++pattern)
    for (size_t i = 0; i < group.size(); ++i) sums[pattern] += pattern >> i & 1 ? -group[i] : group[i];
  return sums;
}

/// The sums of `permutations` random signs. A group of users has a stream of its own: more permutations
/// extend fewer.
std::vector<double> random_sums(std::span<const double> differences, uint64_t seed, int permutations) {
  std::vector<double> sums(static_cast<size_t>(permutations), 0.0);
  for (size_t start = 0; start < differences.size(); start += kGroup) {
    const auto group = differences.subspan(start, std::min<size_t>(kGroup, differences.size() - start));
    const SignedSums of_group = signed_sums(group);
    // The second key keeps these numbers apart from those of the bootstrap.
    base::RandomStream random(seed, base::Purpose::kBootstrap, start / kGroup, 1);
    uint32_t bits = 0;
    for (size_t p = 0; p < sums.size(); ++p, bits >>= kGroup) {
      if (p % (32 / kGroup) == 0) bits = random.bits();
      sums[p] += of_group[bits & (of_group.size() - 1)];
    }
  }
  return sums;
}

std::vector<double> every_sum(std::span<const double> differences) {
  std::vector<double> sums = {0.0};
  for (const double difference : differences) {
    const size_t count = sums.size();
    for (size_t i = 0; i < count; ++i) {
      sums.push_back(sums[i] - difference);
      sums[i] += difference;
    }
  }
  return sums;
}

bool can_enumerate(size_t users, int permutations) {
  return users < 31 && (int64_t{1} << users) <= permutations;
}

}  // namespace

double paired_permutation(std::span<const double> a, std::span<const double> b, uint64_t seed,
                          int permutations) {
  R2RANK_CHECK(permutations >= 1);
  const auto differences = differing(a, b);
  if (differences.empty()) return 1;
  const bool exact = can_enumerate(differences.size(), permutations);
  const auto sums = exact ? every_sum(differences) : random_sums(differences, seed, permutations);
  double observed = 0, size = 0;
  for (const double difference : differences) {
    observed += difference;
    size += std::abs(difference);
  }
  // Sums that are equal on paper differ by rounding; they count as equal.
  const double limit = std::abs(observed) - 1e-12 * size;
  const auto as_far =
      std::count_if(sums.begin(), sums.end(), [&](double sum) { return std::abs(sum) >= limit; });
  const double counted = static_cast<double>(as_far), all = static_cast<double>(sums.size());
  return exact ? counted / all : (1 + counted) / (1 + all);
}

std::vector<double> holm_corrected(std::span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return p_values[i] < p_values[j]; });
  std::vector<double> corrected(p_values.size());
  double largest = 0;
  for (size_t place = 0; place < order.size(); ++place) {
    const double p = p_values[order[place]];
    R2RANK_CHECK(p >= 0 && p <= 1);
    largest = std::max(largest, std::min(1.0, p * static_cast<double>(order.size() - place)));
    corrected[order[place]] = largest;
  }
  return corrected;
}

}  // namespace r2rank::metrics
