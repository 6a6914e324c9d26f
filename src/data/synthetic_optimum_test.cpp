#include "data/synthetic_optimum.h"

#include <cmath>
#include <numeric>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

constexpr int64_t kUsers = 400, kCandidates = 4, kTop = 2;

/// Mean and variance of a value over slates.
struct Moments {
  double sum = 0, squares = 0, n = 0;
  void add(double value) { sum += value, squares += value * value, ++n; }
  double mean() const { return sum / n; }
  double variance() const { return squares / n - mean() * mean(); }
};

struct TinyWorld : ::testing::Test {
  std::unique_ptr<SyntheticWorld> world;
  void SetUp() override { make(3, 2, 0.7); }
  void make(int64_t clusters, int64_t shortest, double stay) {
    world = std::make_unique<SyntheticWorld>(SyntheticConfig{
        .items = 16, .clusters = clusters, .mean_length = 2, .shortest = shortest, .stay = stay});
  }

  /// p(i | j) of synthetic_world.h, from weights and clusters.
  double follows(int32_t item, int32_t previous) const {
    double all = 0, cluster = 0;
    for (int32_t other = 0; other < 16; ++other) {
      all += world->weight(other);
      if (other % 3 == item % 3) cluster += world->weight(other);
    }
    const double local = item % 3 == previous % 3 ? world->weight(item) / cluster : 0;
    return 0.7 * local + 0.3 * world->weight(item) / all;
  }

  /// Expected NDCG@2 of a slate: of every order the best, and of the order by weight.
  std::pair<double, double> values(std::vector<int32_t> slate, int32_t previous) const {
    double total = 0, best = 0;
    for (const int32_t item : slate) total += follows(item, previous);
    const auto value = [&] {
      return (follows(slate[0], previous) + follows(slate[1], previous) / std::log2(3.0)) / total;
    };
    std::sort(slate.begin(), slate.end());
    do best = std::max(best, value());
    while (std::next_permutation(slate.begin(), slate.end()));
    std::ranges::sort(slate, std::greater(), [&](int32_t item) { return world->weight(item); });
    return {best, value()};
  }

  /// Both over all slates of a user: every three of the items not met beside the last.
  void enumerate(const std::vector<Interaction>& events, Moments& optimum, Moments& popularity) const {
    std::vector<int32_t> unmet;
    for (int32_t item = 0; item < 16; ++item)
      if (std::none_of(events.begin(), events.end(), [&](const auto& event) { return event.item == item; }))
        unmet.push_back(item);
    for (size_t a = 0; a < unmet.size(); ++a)
      for (size_t b = 0; b < a; ++b)
        for (size_t c = 0; c < b; ++c) {
          const auto [best, by_weight] =
              values({unmet[a], unmet[b], unmet[c], events.back().item}, events[events.size() - 2].item);
          optimum.add(best);
          popularity.add(by_weight);
        }
  }
};

TEST_F(TinyWorld, IsRankedAsWellAsTheEnumerationOfAllSlatesAndOrdersSays) {
  SyntheticOptimum optimum(*world, kCandidates, kTop);
  auto memory = world->memory();
  double best = 0, best_variance = 0, popular = 0, popular_variance = 0;
  for (int64_t user = 0; user < kUsers; ++user) {
    const auto events = world->events(user, memory);
    optimum.add(user, events, memory);
    Moments of_optimum, of_popularity;
    enumerate(events, of_optimum, of_popularity);
    best += of_optimum.mean() / kUsers;
    popular += of_popularity.mean() / kUsers;
    best_variance += of_optimum.variance() / (kUsers * kUsers);
    popular_variance += of_popularity.variance() / (kUsers * kUsers);
  }
  EXPECT_EQ(optimum.users(), kUsers);
  EXPECT_NEAR(optimum.optimum().mean, best, 4 * std::sqrt(best_variance));
  EXPECT_NEAR(optimum.popularity().mean, popular, 4 * std::sqrt(popular_variance));
  EXPECT_GT(best - popular, 20 * std::sqrt(best_variance)) << "the bounds tell the two apart";
}

TEST_F(TinyWorld, AveragesItsUsersWithTheErrorOfTheirSpread) {
  SyntheticOptimum all(*world, kCandidates, kTop);
  EXPECT_EQ(all.optimum().standard_error, 0);
  auto memory = world->memory();
  Moments moments;
  for (int64_t user = 0; user < 50; ++user) {
    const auto events = world->events(user, memory);
    SyntheticOptimum one(*world, kCandidates, kTop);
    one.add(user, events, memory);
    moments.add(one.optimum().mean);
    EXPECT_NEAR(one.optimum().standard_error, 0, 1e-7);
    all.add(user, events, memory);
  }
  EXPECT_NEAR(all.optimum().mean, moments.mean(), 1e-12);
  EXPECT_NEAR(all.optimum().standard_error, std::sqrt(moments.variance() / 50), 1e-12);
}

TEST_F(TinyWorld, IsRankedByWeightWhereAllOfTheClusterBeforeIsMet) {
  make(8, 1, 1);  // clusters of two items that no user leaves before both are met
  auto memory = world->memory();
  int64_t seen = 0;
  for (int64_t user = 0; user < kUsers; ++user) {
    const auto events = world->events(user, memory);
    if (events.size() != 3) continue;
    ++seen;
    SyntheticOptimum optimum(*world, kCandidates, kTop);
    optimum.add(user, events, memory);
    EXPECT_GT(optimum.optimum().mean, 0);
    EXPECT_EQ(optimum.optimum().mean, optimum.popularity().mean);
  }
  EXPECT_GT(seen, 20);
}

TEST_F(TinyWorld, HasSlatesOfTwoItemsToHalfOfAll) {
  for (const int64_t candidates : {1, 9})
    expect_parts(error_of(base::ErrorKind::kUsage, [&] { SyntheticOptimum(*world, candidates, kTop); }),
                 {"from 2 to 8 candidates", fmt::format("found {}", candidates)});
  EXPECT_NEAR(SyntheticOptimum(*world, 2, 1).random(), 0.5, 1e-12);
  EXPECT_NEAR(SyntheticOptimum(*world, 4, 100).random(),
              (1 + 1 / std::log2(3.0) + 0.5 + 1 / std::log2(5.0)) / 4, 1e-12);
}

TEST(ExpectedNdcg, IsTheSumWorkedByHand) {
  const std::vector<double> posterior = {0.5, 0.3, 0.2};
  EXPECT_NEAR(expected_ndcg(posterior, 2), 0.5 + 0.3 / std::log2(3.0), 1e-12);
  EXPECT_NEAR(expected_ndcg(posterior, 10), 0.5 + 0.3 / std::log2(3.0) + 0.2 / 2, 1e-12);
  EXPECT_NEAR(expected_ndcg(std::vector<double>(20, 0.05), 10), 0.2272, 1e-4) << "docs: random at K = 20";
  EXPECT_EQ(expected_ndcg({}, 10), 0);
}

}  // namespace
}  // namespace r2rank::data
