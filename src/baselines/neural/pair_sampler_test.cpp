#include "baselines/neural/pair_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

class Pairs : public ::testing::Test {
 protected:
  std::vector<Triple> epoch(int64_t number, uint64_t seed = 1) {
    PairSampler sampler(graph_, seed);
    sampler.start_epoch(number);
    std::vector<Triple> triples(sampler.per_epoch());
    sampler.draw(0, triples);
    return triples;
  }
  bool had(int32_t user, int32_t item) const {
    const auto items = graph_.items_of.of(user);
    return std::find(items.begin(), items.end(), item) != items.end();
  }
  data::Dataset dataset_ = testing::random_dataset(5, 40, 15);
  data::Split split_ = testing::leave_last_two(dataset_);
  InteractionGraph graph_ = training_graph({dataset_, split_});
};

TEST_F(Pairs, HoldEveryTrainingEventOnce) {
  std::map<std::pair<int32_t, int32_t>, int> left;
  for (const auto& event : graph_.events) ++left[{event.user, event.item}];
  for (const auto& triple : epoch(0)) --left[{triple.user, triple.positive}];
  for (const auto& [event, count] : left) EXPECT_EQ(count, 0);
}

TEST_F(Pairs, DrawOnlyItemsTheUserLacks) {
  for (const auto& triple : epoch(3)) EXPECT_FALSE(had(triple.user, triple.negative));
}

TEST_F(Pairs, DrawEveryMissingItemEquallyOften) {
  std::map<int32_t, int> drawn;
  int total = 0;
  for (int64_t number = 0; number < 4000; ++number) {
    for (const auto& triple : epoch(number)) {
      if (triple.user != 0) continue;
      ++drawn[triple.negative];
      ++total;
    }
  }
  const double share = static_cast<double>(total) / (15.0 - static_cast<double>(graph_.items_of.degree(0)));
  EXPECT_EQ(static_cast<int64_t>(drawn.size()), 15 - graph_.items_of.degree(0));
  for (const auto& [item, count] : drawn) EXPECT_NEAR(count, share, 5 * std::sqrt(share)) << item;
}

TEST_F(Pairs, ComeInAnotherOrderEachEpochButTheSameForASeed) {
  const auto same = [](const std::vector<Triple>& a, const std::vector<Triple>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Triple& x, const Triple& y) {
      return x.user == y.user && x.positive == y.positive && x.negative == y.negative;
    });
  };
  EXPECT_TRUE(same(epoch(2), epoch(2)));
  EXPECT_FALSE(same(epoch(2), epoch(3)));
  EXPECT_FALSE(same(epoch(2, 1), epoch(2, 2)));
}

TEST_F(Pairs, AreTheSameInAnyBatches) {
  PairSampler sampler(graph_, 1);
  sampler.start_epoch(2);
  std::vector<Triple> whole(sampler.per_epoch()), part(7);
  sampler.draw(0, whole);
  sampler.draw(11, part);
  for (size_t i = 0; i < part.size(); ++i) EXPECT_EQ(part[i].negative, whole[11 + i].negative);
}

TEST(PairSampler, LeavesOutAUserWhoHadEveryItem) {
  const auto dataset = testing::dataset_of({{0, 1, 2, 0, 0}, {0, 1, 2, 2}}, 3);
  const auto split = testing::leave_last_two(dataset);
  const auto graph = training_graph({dataset, split});
  PairSampler sampler(graph, 1);
  sampler.start_epoch(0);
  EXPECT_EQ(sampler.per_epoch(), 2);
}

}  // namespace
}  // namespace r2rank::baselines
