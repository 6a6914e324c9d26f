#include "data/slate_traits.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

/// One user with seven events and no equal times; the slate predicts the sixth.
struct Traits : ::testing::Test {
  Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5, 6}}, 9);
  Split split;
  Slate slate{.id = 5, .user = 0, .history_end = 5, .candidates = {8, 5}, .relevance = {0, 1}, .missed = {}};
  void SetUp() override { split.training_end = {5}; }
  void same_time(size_t a, size_t b) { dataset.interactions[b].time = dataset.interactions[a].time; }
  SlateTraits traits() {
    split.test.part = "test";
    split.test.slates = {slate};
    return slate_traits(dataset, split, split.test).at(0);
  }
};

TEST_F(Traits, AreNoneForAPlainSlate) {
  const SlateTraits none = traits();
  EXPECT_FALSE(none.tied || none.repeated || none.missed);
  EXPECT_TRUE(none.cold);  // nobody trained on item 5
}

TEST_F(Traits, TiedWhereTheTargetOrItsNeighbourSharesATimestamp) {
  for (const auto& [a, b, tied] :
       {std::tuple{4U, 5U, true}, {5U, 6U, true}, {3U, 4U, true}, {2U, 3U, false}}) {
    SetUp();
    dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5, 6}}, 9);
    same_time(a, b);
    EXPECT_EQ(traits().tied, tied) << a;
  }
}

TEST_F(Traits, NotTiedWhereTimeIsOnlyAnOrder) {
  same_time(4, 5);
  dataset.time_kind = TimeKind::kOrder;
  EXPECT_FALSE(traits().tied);
}

TEST_F(Traits, OfSeveralTargetsOnlyTheOuterNeighboursDecide) {
  slate.history_end = 4;
  slate.candidates = {4, 5, 8};
  slate.relevance = {1, 1, 0};
  same_time(4, 5);  // both are targets of one slate
  EXPECT_FALSE(traits().tied);
  same_time(5, 6);
  EXPECT_TRUE(traits().tied);
}

TEST_F(Traits, ColdRepeatedAndMissedOnes) {
  dataset = testing::dataset_of({{0, 5, 2, 3, 4, 5, 6}}, 9);
  slate.missed = {5};
  EXPECT_FALSE(traits().cold);
  EXPECT_TRUE(traits().repeated);
  EXPECT_TRUE(traits().missed);
}

TEST_F(Traits, AreWrittenAsCsv) {
  dataset.user_ids[0] = "a \"b\", c";
  same_time(4, 5);
  traits();
  EXPECT_EQ(slate_traits_csv(dataset, split),
            "slate_id,user_id,part,tied,cold,repeated,missed\n5,\"a \"\"b\"\", c\",test,1,1,0,0\n");
}

}  // namespace
}  // namespace r2rank::data
