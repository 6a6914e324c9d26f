#include "distill/filters.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "distill/distill_world.h"
#include "rollout/rationale_set.h"

namespace r2rank::distill {
namespace {

class FiltersTest : public ::testing::Test {
 protected:
  FiltersTest() : asked_(world_.draw(12)) {
    config_.max_words = 30;
    for (size_t pair = 0; pair < 12; ++pair) drafts_.push_back(testing::good_draft(asked_, pair));
  }
  std::vector<Fate> judge() const { return Filters(world_.dataset, asked_, config_).judge(drafts_); }
  int64_t count(Fate fate) const {
    const auto fates = judge();
    return std::count(fates.begin(), fates.end(), fate);
  }
  /// What the first draft becomes.
  Fate first() const { return judge().front(); }
  std::string title() const { return world_.dataset.items[asked_.pairs[0].item].title; }

  testing::World world_;
  AskedPairs asked_;
  FilterConfig config_;
  std::vector<Draft> drafts_;
};

TEST_F(FiltersTest, KeepWhatNothingSpeaksAgainst) {
  EXPECT_EQ(count(Fate::kKept), 12);
}

TEST_F(FiltersTest, NameTheFirstReason) {
  const Draft good = drafts_[0];
  const auto becomes = [&](auto change) {
    drafts_[0] = good;
    change(drafts_[0]);
    return first();
  };
  EXPECT_EQ(becomes([](Draft& d) { d.answered = false; }), Fate::kNoAnswer);
  EXPECT_EQ(becomes([](Draft& d) { d.verdict = Verdict::kMissing; }), Fate::kNoVerdict);
  EXPECT_EQ(becomes([](Draft& d) { d.verdict = Verdict::kMissing, d.cut = true; }), Fate::kCutOff);
  EXPECT_EQ(becomes([](Draft& d) { d.verdict = Verdict::kUnclear; }), Fate::kUnclearVerdict);
  EXPECT_EQ(becomes([](Draft& d) { d.cut = true; }), Fate::kCutOff);
  EXPECT_EQ(becomes([](Draft& d) { d.verdict = Verdict::kNo, d.gains = false; }), Fate::kAgainstLabel);
  EXPECT_EQ(becomes([](Draft& d) { d.gains = false, d.text = ""; }), Fate::kNoGain);
  EXPECT_EQ(becomes([](Draft& d) { d.parts = false; }), Fate::kPartsMissing);
  EXPECT_EQ(becomes([](Draft& d) { d.text = "too short"; }), Fate::kTooShort);
  EXPECT_EQ(becomes([](Draft& d) { d.text += d.text; }), Fate::kTooLong);
  EXPECT_EQ(becomes([](Draft& d) { d.text += "Answer: yes"; }), Fate::kReservedMarker);
  EXPECT_EQ(becomes([](Draft& d) { d.reserved = true; }), Fate::kReservedMarker);
  EXPECT_EQ(becomes([](Draft& d) { d.text += "by the ground truth"; }), Fate::kTellsLabel);
  EXPECT_EQ(becomes([&](Draft& d) { d.text += "they bought " + title(), d.opening = d.text; }),
            Fate::kTargetAsKnown);
  EXPECT_EQ(becomes([&](Draft& d) { d.text += "they bought " + title(); }), Fate::kKept);
}

TEST_F(FiltersTest, DropWhatCouldNotBeReadAgain) {
  config_.min_words = config_.max_words = 0;
  drafts_[0].text = std::string(2, ' ');
  EXPECT_EQ(first(), Fate::kTooShort);
  drafts_[0].text = std::string(rollout::kLongestRationale + 1, 'a');
  EXPECT_EQ(first(), Fate::kTooLong);
}

TEST_F(FiltersTest, NeverKeepWhatContradictsTheLabel) {
  for (auto& draft : drafts_) {
    draft.verdict = draft.verdict == Verdict::kYes ? Verdict::kNo : Verdict::kYes;
    draft.gain = 0.5;
  }
  EXPECT_EQ(count(Fate::kAgainstLabel), 12);
}

TEST_F(FiltersTest, TakePartsAsOptionalWhereTheyAreSaidToBe) {
  config_.parts = false;
  drafts_[0].parts = false;
  EXPECT_EQ(first(), Fate::kKept);
}

TEST_F(FiltersTest, DropWhatRepeatsAnEarlierOne) {
  drafts_[3].text = drafts_[2].text;
  drafts_[4].text = drafts_[2].text + " more";
  const auto fates = judge();
  EXPECT_EQ(fates[2], Fate::kKept);
  EXPECT_EQ(fates[3], Fate::kDuplicate);
  EXPECT_EQ(fates[4], Fate::kNearDuplicate);
}

TEST_F(FiltersTest, WhatWasDroppedForAnotherReasonMakesNoDuplicates) {
  drafts_[3].text = drafts_[2].text;
  drafts_[2].gains = false;
  EXPECT_EQ(judge()[3], Fate::kKept);
}

TEST_F(FiltersTest, KeepTheMostGainfulOfOnePrompt) {
  Draft other = drafts_[0];
  other.text = "another text that is long enough to be kept by the filters of this test";
  other.sample = 1;
  drafts_.push_back(other);
  EXPECT_EQ(judge().back(), Fate::kMoreOfOnePrompt);  // of equals the first stays
  drafts_.back().gain = 0.2;
  drafts_.front().gain = 0.1;
  EXPECT_EQ(first(), Fate::kMoreOfOnePrompt);
  EXPECT_EQ(judge().back(), Fate::kKept);
  config_.keep_per_prompt = 2;
  config_.min_no = 0.5;
  EXPECT_EQ(count(Fate::kKept), 13);
}

TEST_F(FiltersTest, BalanceTheMixInTheEnd) {
  for (size_t i = 0; i < drafts_.size(); ++i)
    if (asked_.pairs[i].label && i >= 4)
      drafts_[i].verdict = Verdict::kNo;  // two with yes are left, six with no
  EXPECT_EQ(count(Fate::kSurplusNo), 2);
  EXPECT_EQ(count(Fate::kKept), 6);
}

TEST_F(FiltersTest, EveryFateHasAName) {
  for (size_t fate = 0; fate < kFates; ++fate) EXPECT_FALSE(fate_name(static_cast<Fate>(fate)).empty());
}

}  // namespace
}  // namespace r2rank::distill
