#include "experiment/slices.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/test_results.h"

namespace r2rank::experiment {
namespace {

using baselines::testing::dataset_of;
using baselines::testing::last_event_slate;
using baselines::testing::leave_last_two;
using Labels = std::vector<std::string>;

/// Users whose last event is the target and whose last two are no training data.
class Slices : public ::testing::Test {
 protected:
  void given(const std::vector<std::vector<int32_t>>& histories) {
    dataset_ = dataset_of(histories, 40);
    split_ = leave_last_two(dataset_);
    slates_ = testing::slates_of(dataset_);
  }
  Slice slice(const std::string& name) { return make_slice(name, dataset_, split_, slates_); }
  Labels labels_of_slates(const Slice& slice) {
    Labels labels;
    for (const int32_t label : slice.label_of) labels.push_back(label < 0 ? "none" : slice.labels[label]);
    return labels;
  }
  void categories(int32_t item, const Labels& names) { dataset_.items[item].categories = names; }

  data::Dataset dataset_;
  data::Split split_;
  data::SlateSet slates_;
};

TEST_F(Slices, ByHistoryCountTheEventsBeforeTheTarget) {
  given({{1, 2}, {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6}, std::vector<int32_t>(101, 7), {1, 3}});
  const auto history = slice("history");
  EXPECT_EQ(history.labels, (Labels{"1-4", "5-9", "100+"}));
  EXPECT_EQ(labels_of_slates(history), (Labels{"1-4", "1-4", "5-9", "100+", "1-4"}));
}

TEST_F(Slices, ByPopularityCountTheTargetsTrainingEvents) {
  // Item 1 is trained on five times, item 2 once; the last two events of a user never count.
  given({{1, 9, 1}, {1, 9, 2}, {1, 9, 3}, {1, 2, 9, 3}, {1, 9, 9}});
  EXPECT_EQ(labels_of_slates(slice("popularity")), (Labels{"5-19", "1-4", "0", "0", "0"}));
  EXPECT_EQ(labels_of_slates(slice("cold")), (Labels{"warm", "warm", "cold", "cold", "cold"}));
  EXPECT_EQ(slice("popularity").labels, (Labels{"0", "1-4", "5-19"}));
}

TEST_F(Slices, ByTiesTellWhereEqualTimesDecide) {
  given({{1, 9, 1}, {1, 9, 2}});
  EXPECT_EQ(slice("tied").labels, (Labels{"untied"})) << "an order alone has no ties";
  dataset_.time_kind = data::TimeKind::kReal;
  for (auto& event : dataset_.interactions) event.time = 100 + 10 * event.time;
  dataset_.interactions[2].time = dataset_.interactions[1].time;
  EXPECT_EQ(labels_of_slates(slice("tied")), (Labels{"tied", "untied"}));
}

TEST_F(Slices, OfSeveralRelevantItemsGoByTheRarest) {
  given({{1, 9, 1}, {1, 9, 2}});
  for (auto& slate : slates_.slates) slate.relevance.assign(slate.candidates.size(), 1.0F);
  EXPECT_EQ(labels_of_slates(slice("cold")), (Labels{"cold", "cold"}));
}

TEST_F(Slices, ByCategoryTakeTheFirstLevelThatTells) {
  given({{1, 9, 1}, {1, 9, 2}, {1, 9, 3}, {1, 9, 4}});
  for (const int32_t item : {1, 2, 3}) categories(item, {"Industrial", item == 3 ? "Screws" : "Glue"});
  categories(4, {"Industrial"});
  const auto category = slice("category");
  EXPECT_EQ(category.labels, (Labels{"Glue", "Industrial", "Screws"}));
  EXPECT_EQ(labels_of_slates(category), (Labels{"Glue", "Glue", "Screws", "Industrial"}));
}

TEST_F(Slices, ByCategoryKeepTheEightLargestAndCallTheRestOther) {
  std::vector<std::vector<int32_t>> histories;
  for (int32_t user = 0; user < 26; ++user) histories.push_back({30, 31, user % 13});
  given(histories);
  for (int32_t item = 0; item < 12; ++item)
    categories(item, {"c" + std::to_string(item / 10) + std::to_string(item % 10)});
  const auto category = slice("category");
  ASSERT_EQ(category.labels.size(), 9U);
  EXPECT_EQ(category.labels.back(), "other");
  EXPECT_EQ(std::count(category.label_of.begin(), category.label_of.end(), 8), 10);
}

TEST_F(Slices, OfADatasetWithoutCategoriesAreOne) {
  given({{1, 9, 1}, {1, 9, 2}});
  EXPECT_EQ(slice("category").labels, (Labels{"no category"}));
}

TEST_F(Slices, ByTiesTellUsersWhoseOrderTheLogDecided) {
  given({{1, 2, 3}, {4, 5, 6, 10}, {7, 8, 9}});
  dataset_.time_kind = data::TimeKind::kReal;
  for (size_t i = 0; i < dataset_.interactions.size(); ++i)
    dataset_.interactions[i].time = static_cast<int64_t>(10 * i);
  dataset_.interactions[6].time = dataset_.interactions[5].time;  // the second user's target
  EXPECT_EQ(labels_of_slates(slice("tied")), (Labels{"untied", "tied", "untied"}));
  slates_.slates.push_back(slates_.slates[1]);  // another slate of the same user that has no tie
  slates_.slates.back().history_end = 1;
  EXPECT_EQ(labels_of_slates(slice("tied")), (Labels{"untied", "tied", "untied", "tied"}));
  dataset_.time_kind = data::TimeKind::kOrder;
  EXPECT_EQ(slice("tied").labels, (Labels{"untied"}));
}

TEST_F(Slices, HaveNamesAndRefuseOthers) {
  given({{1, 9, 1}, {1, 9, 2}});
  for (const auto& name : slice_names()) EXPECT_EQ(slice(name).name, name);
  try {
    slice("popularty");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'popularity'?"), std::string::npos)
        << error.what();
  }
}

TEST_F(Slices, CutResultsToTheirRows) {
  const auto results = testing::results_of("a", {0.1, 0.2, 0.3});
  const auto part = within_slice(results, {"any", {"x", "y"}, {1, 0, 1}}, 1);
  EXPECT_EQ(part.user_ids, (Labels{"u0", "u2"}));
  EXPECT_EQ(part.values.at("ndcg@10"), (std::vector<double>{0.1, 0.3}));
  EXPECT_EQ(part.slates_hash, results.slates_hash);
}

}  // namespace
}  // namespace r2rank::experiment
