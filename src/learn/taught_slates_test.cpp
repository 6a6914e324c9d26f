#include "learn/taught_slates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

/// Says one number about each item, and notes how it was asked.
class Opinion : public rollout::SignalSource {
 public:
  const std::vector<std::string>& names() const override { return names_; }
  rollout::SlateSignals of(const data::Slate& slate, bool training) override {
    asked_as_held_out = asked_as_held_out || !training;
    most_asked = std::max(most_asked, slate.candidates.size());
    rollout::SlateSignals signals;
    for (const int32_t item : slate.candidates)
      signals.features.push_back({about(item), 99});  // a feature more
    return signals;
  }
  static float about(int32_t item) { return 1.5F * static_cast<float>(item % 5); }

  bool asked_as_held_out = false;
  size_t most_asked = 0;

 private:
  std::vector<std::string> names_ = {"opinion"};
};

class TaughtSlatesTest : public ::testing::Test {
 protected:
  TaughtSlatesTest() {
    auto rankers = std::make_unique<Opinion>();
    opinion_ = rankers.get();
    teaching_ = {
        .rankers = std::move(rankers), .weights = {0.5F}, .hash = "hash", .withhold = 2, .min_history = 1};
  }
  TaughtSlates slates() const { return {dataset_, split_, teaching_, options_}; }

  data::Dataset dataset_ = data::testing::regular_dataset(12, 8, 60);
  data::Split split_ = data::make_split(dataset_, {});
  Teaching teaching_;
  Opinion* opinion_ = nullptr;
  TaughtSlates::Options options_{.negative_count = 3};
};

TEST_F(TaughtSlatesTest, AreOfWhatTheRankersKnowAndItemsOfNoTrainingEvent) {
  const auto taught = slates();
  std::set<int32_t> users;
  std::set<int64_t> ids;
  for (int64_t n = 0; n < 200; ++n) {
    const auto slate = taught.draw(n);
    EXPECT_LT(slate.id, 0) << "training slates have the others";
    ids.insert(slate.id);
    EXPECT_EQ(slate.history_end, split_.training_end[slate.user] - 2) << "the last two are withheld";
    EXPECT_EQ(slate.window_end, slate.history_end);
    const auto known = data::known_items(dataset_, slate.user, split_.training_end[slate.user]);
    std::set<int32_t> distinct(slate.candidates.begin(), slate.candidates.end());
    EXPECT_EQ(distinct.size(), 4U);
    for (const int32_t item : distinct) EXPECT_FALSE(std::binary_search(known.begin(), known.end(), item));
    users.insert(slate.user);
  }
  EXPECT_EQ(users.size(), 12U);
  EXPECT_EQ(ids.size(), 200U);
  EXPECT_FALSE(opinion_->asked_as_held_out) << "rankers that know what is withheld";
}

TEST_F(TaughtSlatesTest, AreOfUsersOfWhomSomethingIsWithheld) {
  split_.training_end[3] = 1;  // as few as min_history: known whole, and perhaps with nothing behind it
  const auto taught = slates();
  for (int64_t n = 0; n < 200; ++n) EXPECT_NE(taught.draw(n).user, 3);
}

TEST_F(TaughtSlatesTest, OfOneUserFollowOneAnother) {
  options_.slates_per_user = 4;
  const auto taught = slates();
  std::set<int32_t> users;
  for (int64_t n = 0; n < 40; n += 4) {
    users.insert(taught.draw(n).user);
    for (int64_t i = 1; i < 4; ++i) {
      EXPECT_EQ(taught.draw(n + i).user, taught.draw(n).user);
      EXPECT_NE(taught.draw(n + i).candidates, taught.draw(n).candidates);
    }
  }
  EXPECT_GT(users.size(), 3U);
}

TEST_F(TaughtSlatesTest, ConsiderNoMoreThanTheyShould) {
  options_.considered = 10;
  slates().draw(0);
  EXPECT_EQ(opinion_->most_asked, 10U);
}

TEST_F(TaughtSlatesTest, AreLabelledWithTheSoftmaxOfTheWeightedSum) {
  const auto taught = slates();
  for (int64_t n = 0; n < 20; ++n) {
    const auto slate = taught.draw(n);
    double sum = 0;
    for (const int32_t item : slate.candidates) sum += std::exp(0.5 * Opinion::about(item));
    for (size_t i = 0; i < slate.candidates.size(); ++i)
      EXPECT_NEAR(slate.relevance[i], std::exp(0.5 * Opinion::about(slate.candidates[i])) / sum, 1e-6);
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
  teaching_.min_history = 50;
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { slates(); }),
                              {"to the last one", "--min-history"});
  teaching_.min_history = 1;
  options_ = {.negative_count = 80};
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { slates(); }),
                              {"81 items", "lower negative_count"});
}

}  // namespace
}  // namespace r2rank::learn
