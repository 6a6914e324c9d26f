#include "experiment/signal_side.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "experiment/test_signals.h"

namespace r2rank::experiment {
namespace {

/// Gives each item its index times a factor; remembers what it was asked.
class Indexing : public baselines::Scorer {
 public:
  explicit Indexing(double factor, std::vector<std::vector<int32_t>>* asked = nullptr)
      : factor_(factor), asked_(asked) {}
  std::string name() const override { return "indexing"; }
  std::vector<double> score(const data::Slate& slate) override {
    if (asked_ != nullptr) asked_->push_back(slate.candidates);
    std::vector<double> scores;
    for (const int32_t item : slate.candidates) scores.push_back(factor_ * item);
    return scores;
  }

 private:
  double factor_;
  std::vector<std::vector<int32_t>>* asked_;
};

class SignalSideTest : public ::testing::Test {
 protected:
  SignalSideTest() : side_(dataset_, split_, {0, 2, 5, 10, 20}) {
    side_.add(std::make_unique<Indexing>(1, &asked_));
    side_.add(std::make_unique<Indexing>(-3));
    set_.signals = {{.method = "a", .floor = 0.5}, {.method = "b", .floor = 0.5}};
    set_.count = {2, 0.5};
    set_.history = {1, 4};
  }

  data::Dataset dataset_ = testing::circle();
  data::Split split_ = testing::split_of(dataset_);
  std::vector<std::vector<int32_t>> asked_;
  SignalSide side_;
  rollout::SignalSet set_;
  // User 0 has items 0 to 8 in this order: of the references 10 and 20 are unknown before event 7.
  data::Slate slate_ = {
      .id = 1, .user = 0, .history_end = 7, .candidates = {15, 10, 23}, .relevance = {0, 1, 0}};
};

TEST_F(SignalSideTest, AsksForCandidatesAndUnknownReferencesEachOnceAndAscending) {
  const auto raw = side_.ask(slate_);
  EXPECT_EQ(asked_, (std::vector<std::vector<int32_t>>{{10, 15, 20, 23}}));
  EXPECT_EQ(raw.scores, (std::vector<std::vector<double>>{{15, 10, 23}, {-45, -30, -69}}));
  EXPECT_EQ(raw.spreads[0].sorted, (std::vector<double>{10, 20}));
  EXPECT_EQ(raw.spreads[1].sorted, (std::vector<double>{-60, -30}));
  EXPECT_DOUBLE_EQ(raw.history, std::log(8.0));
}

TEST_F(SignalSideTest, StandardisesByTheUsersOwnSpread) {
  const auto signals = standardised(side_.ask(slate_), set_);  // means 15 and -45, deviations 5 and 15
  const auto count = [&](int32_t item) {
    double events = 0;
    for (int64_t user = 0; user < dataset_.users(); ++user)
      for (const auto& event : dataset_.events(user).first(split_.training_end[user]))
        events += event.item == item;
    return static_cast<float>((std::log1p(events) - 2) / 0.5);
  };
  const auto history = static_cast<float>((std::log(8.0) - 1) / 4);
  ASSERT_EQ(signals.features.size(), 3U);
  const auto expect_row = [&](size_t k, float a, float b, int32_t item) {
    ASSERT_EQ(signals.features[k].size(), 4U);
    EXPECT_FLOAT_EQ(signals.features[k][0], a);
    EXPECT_FLOAT_EQ(signals.features[k][1], b);
    EXPECT_FLOAT_EQ(signals.features[k][2], count(item));
    EXPECT_FLOAT_EQ(signals.features[k][3], history);
  };
  expect_row(0, 0, 0, 15);
  expect_row(1, -1, 1, 10);
  expect_row(2, 1.6F, -1.6F, 23);
  EXPECT_EQ(signals.percentiles[2], (std::vector<int32_t>{100, 0}));
  EXPECT_EQ(signals.percentiles[1], (std::vector<int32_t>{25, 75}));
}

TEST_F(SignalSideTest, AValueDependsNeitherOnTheOtherCandidatesNorOnTheirOrder) {
  const auto all = standardised(side_.ask(slate_), set_);
  data::Slate alone = slate_;
  alone.candidates = {23};
  alone.relevance = {1};
  EXPECT_EQ(standardised(side_.ask(alone), set_).features[0], all.features[2]);
  data::Slate turned = slate_;
  std::reverse(turned.candidates.begin(), turned.candidates.end());
  EXPECT_EQ(standardised(side_.ask(turned), set_).features[0], all.features[2]);
}

TEST_F(SignalSideTest, ReferencesAreDrawnFromItemsWithTrainingEvents) {
  const auto ten = reference_items(dataset_, split_, 10, 7);
  EXPECT_EQ(ten.size(), 10U);
  EXPECT_TRUE(std::is_sorted(ten.begin(), ten.end()));
  EXPECT_EQ(std::adjacent_find(ten.begin(), ten.end()), ten.end());
  EXPECT_EQ(reference_items(dataset_, split_, 10, 7), ten);
  EXPECT_NE(reference_items(dataset_, split_, 10, 8), ten);
  data::Split one = split_;
  std::fill(one.training_end.begin(), one.training_end.end(), 0);
  one.training_end[3] = 2;  // items 3 and 4
  EXPECT_EQ(reference_items(dataset_, one, 10, 7), (std::vector<int32_t>{3, 4}));
}

}  // namespace
}  // namespace r2rank::experiment
