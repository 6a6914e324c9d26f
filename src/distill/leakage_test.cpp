#include "distill/leakage.h"

#include <gtest/gtest.h>

namespace r2rank::distill {
namespace {

Leak leak_in(const std::string& text, bool in_history = false) {
  return find_leak(text, text, "The Third Man (1949)", in_history);
}

TEST(Leakage, IsSeenWhereTheWriterWasToldTheOutcome) {
  for (const char* text : {"Since the correct answer is yes, it fits.", "This matches the ground truth.",
                           "The user actually chose it, so yes.", "As I was told that they liked it, yes.",
                           "The label says no."})
    EXPECT_EQ(leak_in(text), Leak::kLabel) << text;
}

TEST(Leakage, IsSeenWhereTheCandidateStandsAsChosen) {
  for (const char* text :
       {"The user bought The Third Man right after Laura.",
        "They then watched the film The Third Man (1949).", "The Third Man (1949) was chosen next.",
        "The Third Man has then been bought by the user."})
    EXPECT_EQ(leak_in(text), Leak::kTarget) << text;
}

TEST(Leakage, IsNoneInJudgements) {
  for (const char* text :
       {"The user bought Laura and The Big Sleep; The Third Man fits that taste.",
        "The user would have chosen The Third Man earlier if noir still mattered.",
        "The user has not watched The Third Man yet.", "The Third Man was chosen 31 times, so it is popular.",
        "People who bought The Third Man like noir.", "A user who chose Laura may choose The Third Man.",
        "The Third Man is close to what was chosen before.", "The target audience is older.",
        "Films like those chosen, such as Laura, resemble The Third Man."})
    EXPECT_EQ(leak_in(text), Leak::kNone) << text;
}

TEST(Leakage, OfTheTargetIsNotLookedForWhereTheHistoryShowsIt) {
  EXPECT_EQ(leak_in("The user watched The Third Man twice.", true), Leak::kNone);
}

TEST(Leakage, OfTheTargetCountsBeforeTheConclusionAlone) {
  const std::string text = "It fits. The user watched The Third Man.";
  EXPECT_EQ(find_leak(text, "It fits.", "The Third Man", false), Leak::kNone);
  EXPECT_EQ(find_leak(text, text, "The Third Man", false), Leak::kTarget);
}

TEST(Leakage, NamesAreSharedByEditionsAndSequels) {
  EXPECT_TRUE(shares_name("The Third Man (1949)", "The Third Man [Blu-ray]"));
  EXPECT_TRUE(shares_name("Alien (1979)", "Alien: Resurrection"));
  EXPECT_FALSE(shares_name("Alien: Resurrection", "Alien (1979)"));
  EXPECT_FALSE(shares_name("It", "It"));
}

TEST(Leakage, ATitleTooShortToTellIsNotLookedFor) {
  EXPECT_EQ(find_leak("The user watched it.", "The user watched it.", "It", false), Leak::kNone);
  EXPECT_EQ(find_leak("", "", "", false), Leak::kNone);
}

}  // namespace
}  // namespace r2rank::distill
