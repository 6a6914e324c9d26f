#include "baselines/llm/list_prompt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "baselines/test_data.h"
#include "data/test_support.h"

namespace r2rank::baselines {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class ListPromptTest : public ::testing::Test {
 protected:
  ListPromptTest() : dataset_(testing::dataset_of({{0, 1, 2, 3}, {1, 2, 4, 0}, {4, 1, 0, 2}}, 6)) {
    dataset_.items[0] = {"x0", "Glass\nBeaker", "Acme", {"Lab", "Glass"}, ""};
    dataset_.items[1].title = "Blue Pen";
    dataset_.items[2].title = "one two three four five";
    split_ = testing::leave_last_two(dataset_);
  }
  ListPrompts prompts(ListPromptConfig config = {}) {
    return {TrainingData{dataset_, split_}, std::move(config)};
  }

  data::Dataset dataset_;
  data::Split split_;
};

TEST_F(ListPromptTest, ShowsThePastBeforeTheTargetAndNothingElse) {
  ListPromptConfig config;
  config.title_words = 3;
  const auto slate = testing::last_event_slate(dataset_, 0, {3, 4});
  EXPECT_EQ(
      prompts(config).history(slate),
      "A user has chosen these items, oldest first:\n- Glass Beaker (Glass)\n- Blue Pen\n- one two three\n");
}

TEST_F(ListPromptTest, NamesTheLatestItemAgainWhereAsked) {
  ListPromptConfig config;
  config.recency = true;
  config.history_items = 1;
  EXPECT_EQ(prompts(config).history(testing::last_event_slate(dataset_, 0, {3})),
            "A user has chosen these items, oldest first:\n- one two three four five\n"
            "The latest choice was one two three four five; weigh it most.\n");
}

TEST_F(ListPromptTest, ListsCandidatesInTheOrderGivenWithCountsOfTraining) {
  ListPromptConfig config;
  config.item = "{title}[, chosen {count} times]";
  const auto slate = testing::last_event_slate(dataset_, 0, {1, 5});
  const std::vector<int32_t> order = {1, 0};
  // Training events are the first two of each user: item 1 stands in all three, item 5 (without a title) in
  // none.
  EXPECT_EQ(prompts(config).candidates(slate, order, {"A", "B"}),
            "A. item i5, chosen 0 times\nB. Blue Pen, chosen 3 times\n");
  EXPECT_EQ(prompts(config).history(testing::last_event_slate(dataset_, 1, {3})).find("times"),
            std::string::npos);
}

TEST_F(ListPromptTest, TakesTheTargetOfATrainingSlateOutOfItsCount) {
  ListPromptConfig config;
  config.item = "{title}[, {count} times]";
  data::Slate slate = testing::last_event_slate(dataset_, 0, {1, 0});
  slate.history_end = 1;  // the target is the user's second event, item 1
  const std::vector<int32_t> order = {0, 1};
  const std::string shown = prompts(config).candidates(slate, order, {"A", "B"}),
                    trained = prompts(config).candidates(slate, order, {"A", "B"}, true);
  EXPECT_NE(shown.find("Blue Pen, 3 times"), std::string::npos) << shown;
  EXPECT_NE(trained.find("Blue Pen, 2 times"), std::string::npos) << trained;
  EXPECT_EQ(shown.substr(shown.find("B.")), trained.substr(trained.find("B.")));
}

TEST_F(ListPromptTest, RefusesUnknownPlaceholdersAtOnce) {
  ListPromptConfig config;
  config.item = "{titel}";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { prompts(config); }), {"titel", "title"});
}

TEST(Labels, AreNumbersOrLetters) {
  EXPECT_EQ(make_labels(ListLabels::kNumbers, 3), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(make_labels(ListLabels::kLetters, 28)[26], "a");
  expect_parts(error_of(base::ErrorKind::kUsage, [] { make_labels(ListLabels::kLetters, 53); }),
               {"52", "53", "numbers"});
  error_of(base::ErrorKind::kUsage, [] { list_labels("roman"); });
}

TEST_F(ListPromptTest, TheOrderShownDoesNotDependOnTheSlatesOwn) {
  data::Slate slate = testing::last_event_slate(dataset_, 0, {0, 1, 2, 3, 4, 5});
  const auto items_shown = [&](uint64_t seed, int64_t shuffle) {
    std::vector<int32_t> items;
    for (const int32_t index : shown_order(slate, dataset_, seed, shuffle))
      items.push_back(slate.candidates[index]);
    return items;
  };
  const auto before = items_shown(7, 0);
  std::reverse(slate.candidates.begin(), slate.candidates.end());
  EXPECT_EQ(items_shown(7, 0), before);
  EXPECT_NE(items_shown(7, 1), before);
  EXPECT_NE(items_shown(8, 0), before);
}

TEST_F(ListPromptTest, TheOrderShownIsDrawnOrTheSlatesOwn) {
  const data::Slate slate = testing::last_event_slate(dataset_, 0, {3, 0, 5, 4, 1, 2});
  for (int64_t shuffle = 0; shuffle < 3; ++shuffle)
    EXPECT_EQ(shown_order(list_order("random", 3), slate, dataset_, 7, shuffle),
              shown_order(slate, dataset_, 7, shuffle));
  EXPECT_EQ(shown_order(list_order("given", 1), slate, dataset_, 7, 0),
            (std::vector<int32_t>{0, 1, 2, 3, 4, 5}));
}

TEST(ListOrders, RefuseOtherNamesAndShufflesOfTheGivenOne) {
  expect_parts(error_of(base::ErrorKind::kUsage, [] { list_order("sorted", 1); }),
               {"'sorted'", "random or given"});
  expect_parts(error_of(base::ErrorKind::kUsage, [] { list_order("given", 3); }),
               {"shuffles = 1", "shown_order = given", "found 3"});
}

TEST_F(ListPromptTest, TheTargetIsShownInEachPlaceAboutEquallyOften) {
  data::Slate slate = testing::last_event_slate(dataset_, 0, {0, 1, 2, 3, 4});
  std::vector<int> count(5, 0);
  constexpr int kSlates = 2000;
  for (slate.id = 0; slate.id < kSlates; ++slate.id) {
    const auto order = shown_order(slate, dataset_, 7, 0);
    ++count[std::find(order.begin(), order.end(), 0) - order.begin()];
  }
  for (const int times : count) EXPECT_NEAR(times, kSlates / 5, 90);  // five standard deviations
}

}  // namespace
}  // namespace r2rank::baselines
