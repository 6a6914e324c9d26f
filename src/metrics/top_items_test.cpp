#include "metrics/top_items.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace r2rank::metrics {
namespace {

using Scores = std::vector<double>;
using Places = std::vector<int32_t>;

base::RandomStream any_stream() {
  return {1, base::Purpose::kBaseline};
}

/// Some distance between two places of a slate.
double distance(int32_t a, int32_t b) {
  return std::abs(std::sin(1.0 + a) - std::sin(1.0 + b));
}

double mean_distance(const Places& list) {
  double total = 0, pairs = 0;
  for (size_t i = 0; i < list.size(); ++i)
    for (size_t j = i + 1; j < list.size(); ++j, ++pairs) total += distance(list[i], list[j]);
  return pairs > 0 ? total / pairs : 0;
}

/// The mean of a property of the first k over every order that the scores allow.
template <class Property>
double over_orders(const Scores& scores, int k, const Property& property) {
  Places order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  double total = 0, count = 0;
  do {
    if (!std::is_sorted(order.begin(), order.end(), [&](int a, int b) { return scores[a] > scores[b]; }))
      continue;
    total += property(Places(order.begin(), order.begin() + std::min<size_t>(k, order.size())));
    ++count;
  } while (std::next_permutation(order.begin(), order.end()));
  return total / count;
}

TEST(TopItems, AreCertainOrTiedAtTheLastPlace) {
  const auto top = top_items(Scores{1, 3, 2, 2, 2}, 3);
  EXPECT_EQ(top.certain, (Places{1}));
  EXPECT_EQ(top.tied, (Places{2, 3, 4}));
  EXPECT_EQ(top.places, 2);
  EXPECT_DOUBLE_EQ(top.tied_probability(), 2.0 / 3);
}

TEST(TopItems, OfABlockThatFitsAreCertain) {
  auto top = top_items(Scores{1, 3, 2, 2, 0}, 3);
  std::sort(top.certain.begin(), top.certain.end());
  EXPECT_EQ(top.certain, (Places{1, 2, 3}));
  EXPECT_TRUE(top.tied.empty());
  EXPECT_EQ(top.size(), 3);
}

TEST(TopItems, OfAShortListAreAllOfIt) {
  EXPECT_EQ(top_items(Scores{1, 1}, 10).certain, (Places{0, 1}));
  EXPECT_EQ(top_items(Scores{1, 1}, 2).size(), 2);
}

TEST(TopItems, TakeNanLastOfAll) {
  const auto top = top_items(Scores{NAN, -INFINITY, NAN, 5}, 3);
  EXPECT_EQ(top.certain, (Places{1, 3}));
  EXPECT_EQ(top.tied, (Places{0, 2}));
}

TEST(TopItems, HaveTheMeansOfEveryOrderOfTheTies) {
  for (const Scores& scores :
       {Scores{1, 3, 2, 2, 2, 0}, Scores{0, 0, 0, 0, 0}, Scores{5, 5, 1, 1, 1, 1}, Scores{3, 2, 1}})
    for (int k = 1; k <= 7; ++k) {
      const auto top = top_items(scores, k);
      EXPECT_NEAR(mean_over_top(top, [](int32_t place) { return std::sin(place); }),
                  over_orders(scores, k,
                              [](const Places& list) {
                                double total = 0;
                                for (const int32_t place : list) total += std::sin(place);
                                return total / static_cast<double>(list.size());
                              }),
                  1e-12);
      EXPECT_NEAR(mean_distance_in_top(top, distance, any_stream()), over_orders(scores, k, mean_distance),
                  1e-12);
    }
}

TEST(TopItems, EstimateTheDistanceAmongVeryManyTiedOnes) {
  const auto top = top_items(Scores(2000, 1.0), 10);
  double mean = 0, exact = 0;
  constexpr int kDraws = 200;
  for (int draw = 0; draw < kDraws; ++draw)
    mean +=
        mean_distance_in_top(top, distance, {static_cast<uint64_t>(draw), base::Purpose::kBaseline}) / kDraws;
  for (int32_t a = 0; a < 2000; ++a)
    for (int32_t b = 0; b < a; ++b) exact += distance(a, b) / (2000.0 * 1999 / 2);
  EXPECT_NEAR(mean, exact, 0.01);
}

}  // namespace
}  // namespace r2rank::metrics
