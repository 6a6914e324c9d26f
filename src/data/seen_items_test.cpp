#include "data/seen_items.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using Items = std::vector<int32_t>;

/// A user with the items 3, 1, 3, 5, 6: the history ends before 5, which is relevant.
struct SeenItems : ::testing::Test {
  Dataset dataset = testing::dataset_of({{3, 1, 3, 5, 6}}, 9);
  Slate slate{.id = 3, .user = 0, .history_end = 3, .candidates = {5}, .relevance = {1}, .missed = {}};
  Items excluded(const char* exclude) { return excluded_items(dataset, slate, exclude); }
};

TEST_F(SeenItems, AreAllOfTheUserOrThoseOfTheHistoryOrNone) {
  EXPECT_EQ(excluded("known"), (Items{1, 3, 6}));
  EXPECT_EQ(excluded("history"), (Items{1, 3}));
  EXPECT_EQ(excluded("none"), Items{});
}

TEST_F(SeenItems, NeverHoldRelevantOnes) {
  slate.candidates = {3, 6};  // 3 is taken once more
  slate.relevance = {1, 1};
  EXPECT_EQ(excluded("known"), (Items{1, 5}));
  EXPECT_EQ(excluded("history"), Items{1});
}

TEST_F(SeenItems, TellWhatASlateExcludes) {
  const auto observed = [&](int32_t other) {
    slate.candidates = {5, other};
    slate.relevance = {1, 0};
    return observed_exclusion(dataset, slate);
  };
  EXPECT_EQ(observed(8), "known");
  EXPECT_EQ(observed(6), "history");
  EXPECT_EQ(observed(3), "none");
}

}  // namespace
}  // namespace r2rank::data
