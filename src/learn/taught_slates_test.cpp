#include "learn/taught_slates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

/// Says one number about each item, and notes how it was asked.
class Opinion : public rollout::SignalSource {
 public:
  explicit Opinion(double strength) : strength_(strength) {}
  const std::vector<std::string>& names() const override { return names_; }
  rollout::SlateSignals of(const data::Slate& slate, bool training) override {
    asked_as_training = asked_as_training || training;
    rollout::SlateSignals signals;
    for (const int32_t item : slate.candidates)
      signals.features.push_back({about(item), 99});  // a feature more
    return signals;
  }
  float about(int32_t item) const { return static_cast<float>(strength_ * (item % 5)); }

  bool asked_as_training = false;

 private:
  double strength_;
  std::vector<std::string> names_ = {"opinion"};
};

class TaughtSlatesTest : public ::testing::Test {
 protected:
  TaughtSlatesTest() {
    auto rankers = std::make_unique<Opinion>(1.5);
    opinion_ = rankers.get();
    teaching_ = {std::move(rankers), {0.5F}, "hash"};
  }
  TaughtSlates slates() const { return {dataset_, split_, teaching_, options_}; }

  data::Dataset dataset_ = data::testing::regular_dataset(12, 8, 60);
  data::Split split_ = data::make_split(dataset_, {});
  Teaching teaching_;
  Opinion* opinion_ = nullptr;
  TaughtSlates::Options options_{.negative_count = 3};
};

TEST_F(TaughtSlatesTest, AreOfWholeTrainingHistoriesAndUnknownItems) {
  const auto taught = slates();
  std::set<int32_t> users;
  for (int64_t n = 0; n < 200; ++n) {
    const auto slate = taught.draw(n);
    EXPECT_EQ(slate.id, n);
    EXPECT_EQ(slate.history_end, split_.training_end[slate.user]);
    EXPECT_EQ(slate.window_end, slate.history_end);
    EXPECT_EQ(slate.candidates.size(), 4U);
    const auto known = data::known_items(dataset_, slate.user, slate.history_end);
    std::set<int32_t> distinct(slate.candidates.begin(), slate.candidates.end());
    EXPECT_EQ(distinct.size(), 4U);
    for (const int32_t item : distinct) EXPECT_FALSE(std::binary_search(known.begin(), known.end(), item));
    users.insert(slate.user);
  }
  EXPECT_EQ(users.size(), 12U);
  EXPECT_FALSE(opinion_->asked_as_training) << "the rankers that know all training events are asked";
}

TEST_F(TaughtSlatesTest, AreLabelledWithTheSoftmaxOfTheWeightedSum) {
  const auto taught = slates();
  for (int64_t n = 0; n < 20; ++n) {
    const auto slate = taught.draw(n);
    double sum = 0;
    for (const int32_t item : slate.candidates) sum += std::exp(0.5 * opinion_->about(item));
    for (size_t i = 0; i < slate.candidates.size(); ++i)
      EXPECT_NEAR(slate.relevance[i], std::exp(0.5 * opinion_->about(slate.candidates[i])) / sum, 1e-6);
  }
}

/// With 60 items of which 5 kinds are equally many, kind k has the chance exp(.75 k) / sum; a uniform draw
/// .2.
TEST_F(TaughtSlatesTest, HoldOneCandidateAsTheRankersExpectItAndOthersUniformly) {
  const auto taught = slates();
  constexpr int kDraws = 4000;
  std::vector<double> first(5), others(5);
  for (int64_t n = 0; n < kDraws; ++n) {
    const auto slate = taught.draw(n);
    first[slate.candidates[0] % 5] += 1.0 / kDraws;
    for (size_t i = 1; i < 4; ++i) others[slate.candidates[i] % 5] += 1.0 / (3 * kDraws);
  }
  double sum = 0;
  for (int kind = 0; kind < 5; ++kind) sum += std::exp(0.75 * kind);
  for (int kind = 0; kind < 5; ++kind) {
    EXPECT_NEAR(first[kind], std::exp(0.75 * kind) / sum, 0.05) << kind;
    EXPECT_NEAR(others[kind], 0.2, 0.05) << kind;
  }
}

TEST_F(TaughtSlatesTest, DependOnSeedAndNumberAlone) {
  const auto one = slates(), other = slates();
  other.draw(5);
  EXPECT_EQ(one.draw(3).candidates, other.draw(3).candidates);
  EXPECT_EQ(one.draw(3).relevance, other.draw(3).relevance);
  EXPECT_NE(one.draw(3).candidates, one.draw(4).candidates);
  options_.seed = 8;
  EXPECT_NE(slates().draw(3).candidates, one.draw(3).candidates);
}

TEST_F(TaughtSlatesTest, AreRefusedWithoutUsersOrItems) {
  options_.min_history = 50;
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { slates(); }),
                              {"51 training events", "min_history"});
  options_ = {.negative_count = 80};
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { slates(); }),
                              {"81 items", "lower negative_count"});
}

}  // namespace
}  // namespace r2rank::learn
