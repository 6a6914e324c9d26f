#include <gtest/gtest.h>

#include <algorithm>

#include "data/split.h"
#include "data/test_retriever.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

class OtherCandidates : public ::testing::Test {
 protected:
  /// Slates of `held` with other candidates, and those that a split of its own has.
  void expect_the_same(SplitConfig held, const char* negatives, int64_t count) const {
    held.negatives = "popularity";
    held.negative_count = 3;
    SplitConfig candidates;
    candidates.negatives = negatives;
    candidates.negative_count = count;
    const Split other = with_other_candidates(dataset_, make_split(dataset_, held), candidates);
    held.negatives = negatives;
    held.negative_count = count;
    const Split own = make_split(dataset_, held);
    EXPECT_EQ(other.protocol.name(), own.protocol.name());
    EXPECT_EQ(training_hash(other), training_hash(own));
    EXPECT_EQ(other.test.hash, own.test.hash);
    EXPECT_EQ(other.valid.hash, own.valid.hash);
  }

  const Dataset dataset_ = testing::regular_dataset(40, 12, 60);
};

TEST_F(OtherCandidates, AreThoseOfASplitOfItsOwn) {
  SplitConfig leave_one_out;
  leave_one_out.test_users = 11;
  leave_one_out.valid_users = 7;
  leave_one_out.train_on_unvalidated = true;
  SplitConfig together;
  together.method = "ratio";
  together.targets = "together";
  SplitConfig rated = together;
  rated.labels = "ratings";
  rated.valid_from = 0.5;
  rated.test_from = 0.7;
  SplitConfig temporal;
  temporal.method = "temporal";
  for (const SplitConfig& held : {leave_one_out, together, rated, temporal})
    for (const char* negatives : {"uniform", "popularity", "full"}) {
      SCOPED_TRACE(held.method + " " + held.targets + " " + negatives);
      expect_the_same(held, negatives, 5);
    }
}

TEST_F(OtherCandidates, OfAnotherSeedAreOthers) {
  const Split held = make_split(dataset_, {});
  SplitConfig other;
  EXPECT_EQ(with_other_candidates(dataset_, held, other).test.hash, held.test.hash);
  other.seed = 8;
  EXPECT_NE(with_other_candidates(dataset_, held, other).test.hash, held.test.hash);
}

TEST_F(OtherCandidates, OfARetrieverStateWhatItFound) {
  SplitConfig config;
  config.negatives = "hard";
  config.retriever = "made-up";
  config.negative_count = 4;
  const RetrieverMaker first_items = [](const Split& training) -> Retriever {
    EXPECT_FALSE(training.valid.slates.empty());
    EXPECT_TRUE(training.test.slates.empty());
    return testing::first_items(60);
  };
  const Split held = make_split(dataset_, {});
  const Split hard = with_other_candidates(dataset_, held, config, first_items);
  EXPECT_EQ(hard.protocol.name(), "loo-hard4-made-up-seed7");
  EXPECT_EQ(training_hash(hard), training_hash(held));
  EXPECT_EQ(testing::count_of(hard.counts, "test: relevant items"), 40);
  ASSERT_EQ(hard.test.slates.size(), held.test.slates.size());
  for (const Slate& slate : hard.test.slates) EXPECT_EQ(slate.candidates.size(), 5U);
}

TEST_F(OtherCandidates, AreRefusedForSlatesWhoseTargetTheUserNeverChose) {
  Split held = make_split(dataset_, {});
  Slate& slate = held.test.slates.front();
  const auto relevant =
      std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) - slate.relevance.begin();
  std::swap(slate.relevance[static_cast<size_t>(relevant)], slate.relevance[relevant == 0 ? 1 : 0]);
  expect_parts(error_of(base::ErrorKind::kData, [&] { with_other_candidates(dataset_, held, {}); }),
               {"expected 1 relevant", "found 0"});
}

TEST_F(OtherCandidates, DoNotComeFromAFile) {
  SplitConfig config;
  config.negatives = "file";
  const Split held = make_split(dataset_, {});
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { with_other_candidates(dataset_, held, config); }),
               {"name their own users"});
}

}  // namespace
}  // namespace r2rank::data
