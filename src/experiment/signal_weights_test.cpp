#include "experiment/signal_weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "data/training_slates.h"
#include "experiment/test_signals.h"

namespace r2rank::experiment {
namespace {

/// Knows the target of each slate with some strength, behind noise of its own.
class Knowing : public baselines::Scorer {
 public:
  Knowing(const data::Dataset& dataset, double strength, uint64_t seed)
      : dataset_(dataset), strength_(strength), seed_(seed) {}
  std::string name() const override { return "knowing"; }
  std::vector<double> score(const data::Slate& slate) override {
    const int32_t target = dataset_.events(slate.user)[slate.history_end].item;
    std::vector<double> scores;
    for (const int32_t item : slate.candidates) {
      base::RandomStream noise(seed_, base::Purpose::kBaseline,
                               static_cast<uint64_t>(slate.user * 1000 + slate.history_end),
                               static_cast<uint64_t>(item));
      scores.push_back(100 + 5 * (noise.normal() + (item == target ? strength_ : 0)));
    }
    return scores;
  }

 private:
  const data::Dataset& dataset_;
  double strength_;
  uint64_t seed_;
};

class SignalWeightsTest : public ::testing::Test {
 protected:
  SignalWeightsTest() : side_(dataset_, split_, reference_items(dataset_, split_, 200, 7)) {
    set_.signals = {{.method = "strong"}, {.method = "weak"}, {.method = "blind"}};
    side_.add(std::make_unique<Knowing>(dataset_, 1.5, 1));
    side_.add(std::make_unique<Knowing>(dataset_, 0.5, 2));
    side_.add(std::make_unique<Knowing>(dataset_, 0, 3));
    const data::TrainingSlates slates(dataset_, split_, {.negative_count = 9, .recent_targets = 4});
    for (int64_t n = 0; n < 3000; ++n) slates_.push_back(slates.draw(n));
  }

  data::Dataset dataset_ = testing::circle(400, 10, 300);
  data::Split split_ = testing::split_of(dataset_);
  SignalSide side_;
  rollout::SignalSet set_;
  std::vector<data::Slate> slates_;
};

TEST_F(SignalWeightsTest, FloorsAreATenthOfTheUsualDeviation) {
  learn_signal_scales(side_, std::span(slates_).first(100), set_);
  for (const auto& signal : set_.signals) EXPECT_NEAR(signal.floor, 0.5, 0.05);  // of 5
  EXPECT_GT(set_.count.deviation, 0);
  EXPECT_NEAR(set_.history.mean, std::log1p(5.5), 0.2);
}

TEST_F(SignalWeightsTest, WeightsAreThoseOfTheLikelihoodAndTheSumIsBest) {
  learn_signal_scales(side_, std::span(slates_).first(100), set_);
  const auto scores = signal_scores(side_, slates_, dataset_, set_, "test");
  const auto weights = learn_signal_weights(scores, 1e-4);
  // Standardised noise is normal: the weights are the strengths.
  EXPECT_NEAR(weights[0], 1.5, 0.15);
  EXPECT_NEAR(weights[1], 0.5, 0.12);
  EXPECT_NEAR(weights[2], 0, 0.1);
  const double sum = signal_ndcg(scores, weights), strong = signal_ndcg(scores, {1, 0, 0}),
               weak = signal_ndcg(scores, {0, 1, 0}), blind = signal_ndcg(scores, {0, 0, 1});
  EXPECT_GT(sum, strong + 0.01);
  EXPECT_GT(strong, weak);
  EXPECT_GT(weak, blind);
  EXPECT_NEAR(blind, 0.454, 0.02);  // chance: the mean of 1/log2(rank + 1) over 10 places
}

TEST_F(SignalWeightsTest, WithoutSlatesTheSumIsWorthNothing) {
  EXPECT_EQ(signal_ndcg(signal_scores(side_, {}, dataset_, set_, "test"), {1, 1, 1}), 0);
}

}  // namespace
}  // namespace r2rank::experiment
