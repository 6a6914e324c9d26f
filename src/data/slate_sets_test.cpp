#include "data/slate_sets.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/held_out.h"
#include "data/slate_builder.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::count_of;
using testing::error_of;
using testing::expect_parts;

class SlateSets : public ::testing::Test {
 protected:
  SlateSets() {
    const HeldOut held = leave_one_out(dataset_, 3);
    for (const Target& target : held.valid)
      relevant_.valid.push_back(relevant_slate(dataset_, target, "binary"));
    for (const Target& target : held.test)
      relevant_.test.push_back(relevant_slate(dataset_, target, "binary"));
    split_.training_end = held.training_end;
    split_.protocol.negative_count = 6;
  }
  void expect_candidates(const SlateSet& set, size_t count) const {
    ASSERT_EQ(set.slates.size(), 40U);
    EXPECT_FALSE(set.hash.empty());
    for (const Slate& slate : set.slates) {
      EXPECT_EQ(slate.candidates.size(), count);
      EXPECT_EQ(std::count(slate.relevance.begin(), slate.relevance.end(), 1.0F), 1);
    }
  }

  const Dataset dataset_ = testing::regular_dataset(40, 12, 60);
  RelevantSlates relevant_;
  Split split_;
};

TEST_F(SlateSets, HaveTheProtocolsNegativesBesideTheRelevantItems) {
  for (const char* negatives : {"uniform", "smoothed-popularity"}) {
    split_.protocol.negatives = negatives;
    build_sets(dataset_, relevant_, {}, split_);
    expect_candidates(split_.valid, 7);
    expect_candidates(split_.test, 7);
    EXPECT_EQ(split_.valid.part, "valid");
    EXPECT_EQ(split_.test.part, "test");
    EXPECT_EQ(split_.test.protocol.negatives, negatives);
  }
  count_candidates(split_);
  EXPECT_TRUE(split_.counts.empty());
}

TEST_F(SlateSets, OfTheFullCatalogueListRelevantItemsAndValidateOnDrawnOnes) {
  split_.protocol.negatives = "full";
  split_.protocol.negative_count = 0;
  build_sets(dataset_, relevant_, {}, split_);
  expect_candidates(split_.test, 1);
  EXPECT_EQ(split_.valid.protocol.negatives, "uniform");
  expect_candidates(split_.valid, static_cast<size_t>(split_.valid.protocol.negative_count) + 1);
  count_candidates(split_);
  EXPECT_EQ(count_of(split_.counts, "valid: uniform negatives"), split_.valid.protocol.negative_count);
}

TEST_F(SlateSets, OfHardCandidatesNeedARetriever) {
  split_.protocol.negatives = "hard";
  split_.protocol.retriever = "made-up";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { build_sets(dataset_, relevant_, {}, split_); }),
               {"need a retriever", "made-up"});
}

TEST_F(SlateSets, WithUniformNegativesAreAsManyAsAskedForWhateverTheSplitsOwnAre) {
  Protocol uniform;
  uniform.negative_count = 3;
  split_.protocol.negatives = "hard";
  expect_candidates(uniform_set(dataset_, split_, uniform, relevant_.valid), 4);
}

}  // namespace
}  // namespace r2rank::data
