#include "learn/slate_measurement.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/slate_sample.h"
#include "learn/tiny_ranking_model.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::learn {
namespace {

class SlateMeasurements : public ::testing::Test {
 protected:
  SlateMeasurements() {
    testing::write_tiny_base(folder_.path() / "base");
    ranking_ = testing::open_tiny(folder_.path() / "base");
  }
  std::vector<rollout::PreparedSlate> slates(int64_t count) {
    return validation_slates(dataset_, split_, {dataset_, split_, *ranking_->prompts}, count);
  }
  static std::vector<int64_t> ids(const std::vector<rollout::PreparedSlate>& slates) {
    std::vector<int64_t> ids;
    for (const auto& slate : slates) ids.push_back(slate.id);
    return ids;
  }
  SlateMeasurement measured(int64_t rationales) {
    rollout::SamplingOptions sampling;
    sampling.rationales = rationales;
    sampling.max_tokens = 4;
    return measure_slates(*ranking_->reasoner, slates(100), sampling);
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = testing::red_or_blue();
  data::Split split_ = testing::split_of(dataset_);
  std::unique_ptr<RankingModel> ranking_;
};

TEST_F(SlateMeasurements, TakeTheSlatesThatOtherVerbsSample) {
  const auto few = ids(slates(3)), more = ids(slates(6));
  std::vector<int64_t> sampled;
  for (const auto& slate : data::sampled_slates(split_.valid, dataset_, {3}).slates)
    sampled.push_back(slate.id);
  EXPECT_EQ(few, sampled);
  EXPECT_LT(few.size(), more.size());
  EXPECT_EQ(slates(1000).size(), split_.valid.slates.size());
  EXPECT_TRUE(slates(0).empty());
}

TEST_F(SlateMeasurements, AreTheMeanOfTheMetricOverSlates) {
  double sum = 0;
  const auto all = slates(100);
  for (const auto& slate : all) {
    const rollout::PreparedSlate* pointer = &slate;
    sum += metrics::ndcg(ranking_->reasoner->silent_scores({&pointer, 1}).front(), slate.relevance, 10);
  }
  EXPECT_NEAR(measured(0).silent, sum / static_cast<double>(all.size()), 1e-6);
  EXPECT_FALSE(measured(0).reasoned);
}

TEST_F(SlateMeasurements, SayHowTheModelReasons) {
  const auto found = measured(2);
  EXPECT_NEAR(found.silent, measured(0).silent, 1e-6);
  ASSERT_TRUE(found.reasoned);
  EXPECT_GT(*found.reasoned, 0);
  EXPECT_LE(*found.reasoned, 1);
  EXPECT_GT(found.length, 0);
  EXPECT_LE(found.length, 4);
  EXPECT_GE(found.ended, 0);
}

TEST_F(SlateMeasurements, OfNoSlatesAreNothing) {
  EXPECT_EQ(measure_slates(*ranking_->reasoner, {}, {}).silent, 0);
}

}  // namespace
}  // namespace r2rank::learn
