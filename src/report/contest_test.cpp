#include "report/contest.h"

#include <gtest/gtest.h>

#include "data/candidates.h"
#include "report/test_contests.h"

namespace r2rank::report {
namespace {

using baselines::Family;
using data::testing::error_of, data::testing::expect_parts;

const std::vector<double> kSome = {1, 0.5, 1, 0.5, 1, 0.5};

struct FindContests : ::testing::Test {
  testing::Contenders world;
  std::vector<ResultGroup> groups;  // what contests point into

  std::vector<Contest> found(const OwnScorers& ours) {
    groups = world.groups();
    return find_contests(groups, ours);
  }
  /// What is said on the way.
  std::string said(const OwnScorers& ours) {
    ::testing::internal::CaptureStderr();
    found(ours);
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(FindContests, BringOursAndTheBaselinesOfASetAndItsSamplesTogether) {
  world.evaluated("a", "mine", kSome);
  world.evaluated("b", "both", kSome);
  world.row("words", "bm25", kSome);
  world.sampled_row("asked", "llm-verdict", {1, 1, 1});
  const auto contests = found({"mine", "both"});
  ASSERT_EQ(contests.size(), 1U);
  EXPECT_EQ(contests[0].dataset, "shop");
  EXPECT_EQ(contests[0].slates_hash, world.world.split.test.hash);
  ASSERT_TRUE(contests[0].text && contests[0].hybrid);
  EXPECT_EQ(contests[0].text->runs.scorer, "mine");
  ASSERT_EQ(contests[0].baselines.size(), 2U);
  EXPECT_EQ(contests[0].baselines[0].family, Family::kText);
  EXPECT_EQ(contests[0].baselines[1].family, Family::kLanguageModel);
  EXPECT_EQ(contests[0].baselines[1].runs.runs.front()->slate_ids.size(), 3U);
}

TEST_F(FindContests, AFamilyIsTheMethodsElseTheNamesElseUnknownAndNamed) {
  world.evaluated("a", "mine", kSome);
  world.evaluated("a", "lightgcn", kSome);
  world.row("tfidf", "lambdamart", kSome);
  world.evaluated("a", "outside", kSome);
  const auto contests = found({"mine", ""});
  ASSERT_EQ(contests.at(0).baselines.size(), 3U);
  EXPECT_EQ(contests[0].baselines[0].family, Family::kConventional);
  EXPECT_EQ(contests[0].baselines[1].family, Family::kCombination);
  EXPECT_FALSE(contests[0].baselines[2].family);
  const std::string said_of_it = said({"mine", ""});
  expect_parts(said_of_it, {"what kind of ranker 'outside' is"});
  EXPECT_EQ(said_of_it.find("'lightgcn'"), std::string::npos);
}

TEST_F(FindContests, ResultsOfANameInSeveralSourcesAreSeedsUnlessOneIsNamed) {
  world.evaluated("a", "mine", kSome, 1);
  world.evaluated("b", "mine", kSome, 2);
  world.row("bm25", "bm25", kSome);
  const auto both = found({"mine", ""});
  EXPECT_EQ(both.at(0).text->runs.runs.size(), 2U);
  EXPECT_EQ(both[0].text->runs.scorer, "mine");
  EXPECT_EQ(both[0].baselines.size(), 1U);
  const auto one = found({"mine (a)", ""});
  EXPECT_EQ(one.at(0).text->runs.runs.size(), 1U);
  EXPECT_EQ(one[0].baselines.size(), 2U);
}

TEST_F(FindContests, OursCountWhereTheyHaveTheMostSlates) {
  world.sampled_row("mine", "", {1, 1, 1}).source = "few";
  world.evaluated("all", "mine", kSome);
  world.row("bm25", "bm25", kSome);
  const auto contests = found({"mine", ""});
  EXPECT_EQ(contests.at(0).text->runs.runs.front()->slate_ids.size(), 6U);
  EXPECT_EQ(contests[0].text->runs.runs.size(), 1U);
  EXPECT_EQ(contests[0].baselines.size(), 1U);
}

TEST_F(FindContests, SetsWithoutOursAndValidationSlatesAreLeftOut) {
  world.evaluated("a", "mine", kSome);
  world.row("bm25", "bm25", kSome);
  world.row("elsewhere", "bm25", kSome).results.slates_hash = "0123456789";
  world.evaluated("a", "on validation", kSome).results.slates_hash = world.world.split.valid.hash;
  EXPECT_EQ(found({"mine", ""}).size(), 1U);
  const std::string text = said({"mine", ""});
  expect_parts(text, {"no results of 'mine' on slates 01234567"});
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { found({"on validation", ""}); }),
               {"validation slates alone"});
}

TEST_F(FindContests, OfOtherTrainingStandApart) {
  world.evaluated("a", "mine", kSome);
  world.row("bm25", "bm25", kSome);
  world.row("tfidf", "tfidf", kSome).results.training_hash = "feed";
  EXPECT_EQ(found({"mine", ""}).at(0).baselines.size(), 1U);
}

TEST_F(FindContests, NamesThatAreNowhereAreRefusedWithTheNearest) {
  world.evaluated("a", "mine", kSome);
  world.row("bm25", "bm25", kSome);
  const auto refused = [&](const OwnScorers& ours) {
    return error_of(base::ErrorKind::kUsage, [&] { found(ours); });
  };
  expect_parts(refused({"mime", ""}), {"--text mime", "did you mean 'mine'?"});
  expect_parts(refused({"mine", "bm24"}), {"--hybrid bm24", "did you mean 'bm25'?"});
  expect_parts(refused({"mine", "mine"}), {"two scorers", "both mine"});
}

TEST_F(FindContests, OnSlatesThatNoBaselineHasAreRefused) {
  world.evaluated("a", "mine", kSome);
  world.row("bm25", "bm25", kSome).results.slates_hash = "0123456789";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { found({"mine", ""}); }),
               {"expected baselines on the test slates of shop", world.world.split.test.hash});
}

TEST_F(FindContests, OfSeveralSetsTheOneWithTheMostBaselinesHoldsTheOthers) {
  const auto split = world.add_split("hard", "hard");
  world.evaluated("b", "mine", kSome).results.slates_hash = split.test.hash;
  world.row("tfidf", "tfidf", kSome).results.slates_hash = split.test.hash;
  world.evaluated("a", "mine", kSome);
  world.row("bm25", "bm25", kSome);
  world.row("tfidf", "tfidf", kSome);
  const auto contests = found({"mine", ""});
  ASSERT_EQ(contests.size(), 1U);
  EXPECT_EQ(contests[0].slates_hash, world.world.split.test.hash);
  EXPECT_EQ(contests[0].baselines.size(), 2U);
  EXPECT_FALSE(contests[0].recall);
  ASSERT_EQ(contests[0].others.size(), 1U);
  const Contest& other = contests[0].others[0];
  EXPECT_EQ(other.slates_hash, split.test.hash);
  EXPECT_EQ(other.baselines.size(), 1U);
  EXPECT_EQ(other.recall, data::retriever_recall(split.test).share());
  EXPECT_GT(other.recall, 0);
  EXPECT_LT(other.recall, 1);
}

TEST_F(FindContests, TwoSetsWithTheMostBaselinesAreRefused) {
  const auto split = world.add_split("other", "popularity");
  world.evaluated("a", "mine", kSome);
  world.row("bm25", "bm25", kSome);
  world.evaluated("b", "mine", kSome).results.slates_hash = split.test.hash;
  world.row("tfidf", "tfidf", kSome).results.slates_hash = split.test.hash;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { found({"mine", ""}); }),
               {"slates of shop", "most baselines", "1 on", world.world.split.test.hash, split.test.hash,
                "leave the source"});
}

}  // namespace
}  // namespace r2rank::report
