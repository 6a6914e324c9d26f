// What the users of a made-up world do: their numbers are drawn as synthetic_world.h says.
#include <map>
#include <set>

#include "data/synthetic_world.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

SyntheticConfig small_world() {
  SyntheticConfig config;
  config.items = 300;
  config.clusters = 10;
  config.mean_length = 12;
  return config;
}

TEST(SyntheticEvents, DrawsTheFirstTwoItemsAsTheFormulaSays) {
  SyntheticConfig config = small_world();
  config.items = 12;
  config.clusters = 3;
  config.shortest = 1;
  config.mean_length = 1.5;
  const SyntheticWorld world(config);
  auto memory = world.memory();
  std::vector<double> first(12, 0);
  std::map<std::pair<int32_t, int32_t>, double> pairs;
  int64_t longer = 0;
  constexpr int64_t kUsers = 60'000;
  for (int64_t user = 0; user < kUsers; ++user) {
    const auto events = world.events(user, memory);
    ++first[events[0].item];
    if (events.size() < 2) continue;
    ++longer;
    ++pairs[{events[0].item, events[1].item}];
  }
  for (int32_t item = 0; item < 12; ++item)
    EXPECT_NEAR(first[item] / kUsers, world.probability(item, -1), 0.01);
  for (const auto& [pair, count] : pairs) {  // p(i | j) among the eleven items that are not j
    const double expected = world.probability(pair.first, -1) * world.probability(pair.second, pair.first) /
                            (1 - world.probability(pair.first, pair.first));
    EXPECT_NEAR(count / static_cast<double>(longer), expected, 0.01) << pair.first << " " << pair.second;
  }
}

TEST(SyntheticEvents, RepeatsAUserFromSeedAndNumberAlone) {
  SyntheticConfig config = small_world();
  const auto events_of = [&](int64_t user, int64_t first) {
    const SyntheticWorld world(config);
    auto memory = world.memory();
    for (int64_t other = first; other < user; ++other) world.events(other, memory);
    std::vector<std::tuple<int32_t, int64_t, float>> events;
    for (const Interaction& event : world.events(user, memory))
      events.emplace_back(event.item, event.time, event.rating);
    return events;
  };
  const auto events = events_of(41, 0);
  EXPECT_EQ(events_of(41, 41), events);
  EXPECT_NE(events_of(40, 40), events);
  config.seed = 8;
  EXPECT_NE(events_of(41, 41), events);
}

TEST(SyntheticEvents, MakesUsersOfThePromisedLengthsRatingsAndTimes) {
  const SyntheticConfig config = small_world();
  const SyntheticWorld world(config);
  auto memory = world.memory();
  constexpr int64_t kUsers = 20'000;
  double events = 0, gaps = 0;
  std::map<float, double> ratings;
  for (int64_t user = 0; user < kUsers; ++user) {
    const auto made = world.events(user, memory);
    EXPECT_GE(made.size(), 5U);
    EXPECT_LE(made.size(), 75U) << "a quarter of the items";
    std::set<int32_t> distinct;
    for (size_t i = 0; i < made.size(); ++i) {
      distinct.insert(made[i].item);
      ++ratings[made[i].rating];
      EXPECT_TRUE(i == 0 || made[i - 1].time < made[i].time);
    }
    EXPECT_EQ(distinct.size(), made.size());
    EXPECT_GE(made.front().time, 1'400'000'000);
    events += static_cast<double>(made.size());
    gaps += static_cast<double>(made.back().time - made.front().time);
  }
  // 5 and a geometric number of mean 7 and deviation sqrt(7 * 8); bounds of five standard errors.
  EXPECT_NEAR(events / kUsers, 12, 5 * std::sqrt(56.0 / kUsers));
  EXPECT_NEAR(gaps / (events - kUsers) / 86400, 3, 5 * 3 / std::sqrt(events - kUsers));
  ASSERT_EQ(ratings.size(), 5U);
  for (const auto& [rating, share] : std::map<float, double>{{1, .05}, {2, .05}, {3, .1}, {4, .3}, {5, .5}})
    EXPECT_NEAR(ratings[rating] / events, share, 5 * std::sqrt(share * (1 - share) / events)) << rating;
}

TEST(SyntheticEvents, LeavesAClusterThatNothingLeavesWhenAllOfItIsMet) {
  SyntheticConfig config = small_world();
  config.clusters = 40;  // of 7 or 8 items
  config.stay = 1;
  const SyntheticWorld world(config);
  auto memory = world.memory();
  std::map<int32_t, double> entered;  // the second clusters of users
  for (int64_t user = 0; user < 2000; ++user) {
    const auto events = world.events(user, memory);
    std::map<int32_t, size_t> met;
    for (size_t i = 0; i < events.size(); ++i) {
      const int32_t cluster = world.cluster(events[i].item);
      const int32_t before = i == 0 ? cluster : world.cluster(events[i - 1].item);
      EXPECT_TRUE(cluster == before || met[before] == (before < 20 ? 8U : 7U));
      if (cluster != before && met.size() == 1) ++entered[cluster];
      ++met[cluster];
    }
  }
  EXPECT_EQ(entered.size(), 40U) << "drawn from all";
}

}  // namespace
}  // namespace r2rank::data
