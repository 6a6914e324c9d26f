#include "distill/statistics.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "distill/distill_world.h"

namespace r2rank::distill {
namespace {

class StatisticsTest : public ::testing::Test {
 protected:
  StatisticsTest() : asked_(world_.draw(4)) {
    for (size_t pair = 0; pair < 4; ++pair) drafts_.push_back(testing::good_draft(asked_, pair));
    drafts_[0].text = "one two three four";
    drafts_[1].text = "one two three five six";
    drafts_[2].verdict = Verdict::kNo;  // against the label
    drafts_[3].verdict = Verdict::kMissing;
    fates_ = {Fate::kKept, Fate::kKept, Fate::kAgainstLabel, Fate::kNoVerdict};
  }
  DistillStatistics statistics() const { return statistics_of(asked_, drafts_, fates_); }

  testing::World world_;
  AskedPairs asked_;
  std::vector<Draft> drafts_;
  std::vector<Fate> fates_;
};

TEST_F(StatisticsTest, CountWhatBecameOfEachAnswer) {
  const auto found = statistics();
  EXPECT_EQ(found.prompts, 4);
  EXPECT_EQ(found.users, 2);
  EXPECT_EQ(found.answers, 4);
  EXPECT_EQ(found.kept_yes, 1);
  EXPECT_EQ(found.kept_no, 1);
  EXPECT_EQ(found.fates[static_cast<size_t>(Fate::kAgainstLabel)], 1);
  EXPECT_DOUBLE_EQ(*found.yes.share(), 0.5);
  EXPECT_DOUBLE_EQ(*found.no.share(), 1);
  EXPECT_EQ(frequent_reasons(found), "no verdict 1, against the label 1");
}

TEST_F(StatisticsTest, MeasureTheKeptTexts) {
  const auto found = statistics();
  EXPECT_DOUBLE_EQ(found.mean_words, 4.5);
  EXPECT_EQ(found.fewest_words, 4);
  EXPECT_EQ(found.most_words, 5);
  EXPECT_DOUBLE_EQ(found.distinct_3, 4.0 / 5);
  EXPECT_FALSE(found.mean_gain.has_value());
}

TEST_F(StatisticsTest, AverageTheGainOfTheKept) {
  drafts_[0].gain = 0.1;
  drafts_[1].gain = 0.3;
  drafts_[2].gain = 9;
  EXPECT_DOUBLE_EQ(*statistics().mean_gain, 0.2);
}

TEST_F(StatisticsTest, AsJsonNameEveryReason) {
  const auto json = statistics_json(statistics());
  EXPECT_EQ(json["dropped"].size(), kFates - 1);
  EXPECT_EQ(json["dropped"]["no verdict"], 1);
  EXPECT_TRUE(json["cost"].is_null());
}

}  // namespace
}  // namespace r2rank::distill
