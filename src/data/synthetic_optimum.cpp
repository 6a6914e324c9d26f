#include "data/synthetic_optimum.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.h"

namespace r2rank::data {
namespace {

/// Distinct items that the user has not met.
std::vector<int32_t> draw_negatives(const SyntheticWorld& world, int64_t user, int64_t count,
                                    const SyntheticWorld::Memory& memory) {
  constexpr uint64_t kSlate = 100;  // apart from the streams of synthetic_world.cpp
  base::RandomStream stream(static_cast<uint64_t>(world.config().seed), base::Purpose::kSynthetic, kSlate,
                            static_cast<uint64_t>(user));
  std::vector<int32_t> drawn;
  while (static_cast<int64_t>(drawn.size()) < count) {
    const auto item = static_cast<int32_t>(stream.below(static_cast<uint64_t>(world.items())));
    const bool known = memory.met_by[static_cast<size_t>(item)] == user;
    if (!known && std::find(drawn.begin(), drawn.end(), item) == drawn.end()) drawn.push_back(item);
  }
  return drawn;
}

/// The posterior in the order of falling `score`.
std::vector<double> ordered(const std::vector<double>& posterior, const std::vector<double>& score) {
  std::vector<size_t> order(score.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return score[a] != score[b] ? score[a] > score[b] : a < b; });
  std::vector<double> result;
  for (const size_t place : order) result.push_back(posterior[place]);
  return result;
}

}  // namespace

void check_candidates(int64_t candidates, int64_t items) {
  // Users know at most a quarter of the items.
  if (candidates < 2 || candidates > items / 2)
    base::fail_usage("generate", "expected from 2 to {} candidates (half of the items), found {}", items / 2,
                     candidates);
}

double expected_ndcg(std::span<const double> posterior, int64_t k) {
  double sum = 0;
  for (size_t rank = 0; rank < posterior.size() && static_cast<int64_t>(rank) < k; ++rank)
    sum += posterior[rank] / std::log2(static_cast<double>(rank) + 2);
  return sum;
}

SyntheticOptimum::SyntheticOptimum(const SyntheticWorld& world, int64_t candidates, int64_t k)
    : world_(world), candidates_(candidates), k_(k) {
  check_candidates(candidates, world.items());
}

void SyntheticOptimum::add(int64_t user, std::span<const Interaction> events,
                           const SyntheticWorld::Memory& memory) {
  const int32_t previous = events[events.size() - 2].item;
  std::vector<int32_t> slate = draw_negatives(world_, user, candidates_ - 1, memory);
  slate.push_back(events.back().item);
  std::vector<double> posterior, popularity;
  for (const int32_t item : slate) {
    posterior.push_back(world_.probability(item, previous));
    popularity.push_back(world_.weight(item));
  }
  double total = std::accumulate(posterior.begin(), posterior.end(), 0.0);
  if (total == 0) {  // all of the cluster before is met and nothing leaves it: drawn as a first item is
    posterior = popularity;
    total = std::accumulate(posterior.begin(), posterior.end(), 0.0);
  }
  for (double& share : posterior) share /= total;
  const auto note = [&](Sums& sums, const std::vector<double>& score) {
    const double value = expected_ndcg(ordered(posterior, score), k_);
    sums.sum += value;
    sums.squares += value * value;
  };
  note(optimum_, posterior);
  note(popularity_, popularity);
  ++users_;
}

double SyntheticOptimum::random() const {
  return expected_ndcg(
      std::vector<double>(static_cast<size_t>(candidates_), 1.0 / static_cast<double>(candidates_)), k_);
}

Estimate SyntheticOptimum::estimate(const Sums& sums) const {
  const auto n = static_cast<double>(users_);
  if (users_ == 0) return {};
  const double mean = sums.sum / n, variance = std::max(0.0, sums.squares / n - mean * mean);
  return {.mean = mean, .standard_error = std::sqrt(variance / n)};
}

}  // namespace r2rank::data
