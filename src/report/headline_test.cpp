#include "report/headline.h"

#include <gtest/gtest.h>

#include "report/test_contests.h"

namespace r2rank::report {
namespace {

std::vector<double> all(double value) {
  return std::vector<double>(6, value);
}

struct Headline : ::testing::Test {
  testing::Contenders world;

  /// Six baselines, of each family one or two. Differences of one sign over n users who differ have p =
  /// 2/2^n.
  void SetUp() override {
    world.evaluated("a", "mine", all(1));
    world.evaluated("b", "both", all(0.875));
    world.row("words", "bm25", all(0.5));
    world.row("tfidf", "tfidf", all(0.25));
    world.row("graph", "lightgcn", {1, 1, 1, 1, 0.4, 0.6});
    world.row("blend", "blend", all(0.95));
    world.evaluated("b", "outside", all(0.97));
    world.sampled_row("asked", "llm-verdict", {0.9, 0.6, 0.9});
  }
  Json set(const OwnScorers& ours = {"mine", "both"}) const {
    return headline_json(world.groups(), ours)["shop"];
  }

  static Json against(const Json& set, const std::string& kind, const std::string& scorer) {
    for (const auto& one : set["details"][kind]["baselines"])
      if (one["scorer"] == scorer) return one;
    ADD_FAILURE() << scorer;
    return nullptr;
  }
};

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) names.push_back(name);
  return names;
}

using Names = std::vector<std::string>;

TEST_F(Headline, OfOneTextModelIsAgainstTheBestOfTwoFamilies) {
  const Json text = set()["text"];
  EXPECT_EQ(keys(text), (Names{"ours", "best_text_or_llm", "best_conventional", "paired_vs_best_text_or_llm",
                               "paired_vs_best_conventional"}));
  EXPECT_EQ(text["ours"], 1);
  EXPECT_EQ(text["best_text_or_llm"], 0.8) << "of the language model, on its three users";
  EXPECT_EQ(text["best_conventional"], 0.83333);
  EXPECT_EQ(text["paired_vs_best_text_or_llm"]["mean"], 0.2);
  // Of six users drawn, all are among the four without a difference in (4/6)^6 = 8.8 % of the cases.
  const Json& conventional = text["paired_vs_best_conventional"];
  EXPECT_EQ(keys(conventional), (Names{"mean", "lo", "hi"}));
  EXPECT_EQ(conventional["mean"], 0.16667);
  EXPECT_EQ(conventional["lo"], 0);
  EXPECT_GT(conventional["hi"], 0.3);
}

TEST_F(Headline, OfAHybridIsAgainstTheBestOfAll) {
  const Json hybrid = set()["hybrid"];
  EXPECT_EQ(keys(hybrid), (Names{"ours", "best_baseline", "paired_vs_best"}));
  EXPECT_EQ(hybrid["ours"], 0.875);
  EXPECT_EQ(hybrid["best_baseline"], 0.97) << "of unknown family";
  EXPECT_EQ(hybrid["paired_vs_best"].dump(), R"({"mean":-0.095,"lo":-0.095,"hi":-0.095})");
}

TEST_F(Headline, CorrectsOverAllBaselines) {
  const Json one = set();
  EXPECT_EQ(one["details"]["text"]["baselines"].size(), 6U) << "the other one of ours is none";
  // p: four of 2/64, the language model's 2/8, the graph's 2/4. Holm: 6 x 2/64 for the four, 2 x 2/8, 2/4.
  EXPECT_NEAR(against(one, "text", "words")["p"].get<double>(), 0.03125, 1e-4);
  EXPECT_NEAR(against(one, "text", "words")["p_holm"].get<double>(), 0.1875, 1e-3);
  EXPECT_NEAR(against(one, "text", "outside")["p_holm"].get<double>(), 0.1875, 1e-3);
  EXPECT_EQ(against(one, "text", "asked")["p"], 0.25);
  EXPECT_EQ(against(one, "text", "asked")["p_holm"], 0.5);
  EXPECT_EQ(against(one, "text", "graph")["p_holm"], 0.5);
}

TEST_F(Headline, SaysInAWordWhetherOursIsAbove) {
  const Json one = set();
  const Json& targets = one["details"]["text"]["targets"];
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0]["key"], "best_text_or_llm");
  EXPECT_EQ(targets[0]["best"]["scorer"], "asked");
  EXPECT_EQ(targets[0]["best"]["verdict"], "above");
  EXPECT_EQ(targets[0]["count"], 3);
  EXPECT_TRUE(targets[0]["not_above"].empty());
  EXPECT_EQ(targets[0]["not_significant"].dump(), R"(["asked","words","tfidf"])") << "of six users";
  EXPECT_EQ(targets[0]["met"], false);
  EXPECT_EQ(targets[1]["best"]["verdict"], "not above");
  EXPECT_EQ(targets[1]["not_above"].dump(), R"(["graph"])");
  EXPECT_TRUE(targets[1]["not_significant"].empty());
  EXPECT_EQ(targets[1]["met"], false);
  const Json& all_targets = one["details"]["hybrid"]["targets"];
  EXPECT_EQ(all_targets[0]["best"]["verdict"], "below");
  EXPECT_EQ(all_targets[0]["count"], 6);
  EXPECT_EQ(all_targets[0]["met"], false);
  EXPECT_EQ(all_targets[0]["not_above"].dump(), R"(["outside","blend","graph","asked"])");
}

TEST_F(Headline, IsMetWhereOursIsAboveEveryBaselineOfTheKindForCertain) {
  std::erase_if(world.measured, [](const auto& one) {
    return one.results.scorer != "mine" && one.results.scorer != "words";
  });
  const auto text_target = [&] { return set({"mine", ""})["details"]["text"]["targets"][0]; };
  EXPECT_EQ(text_target()["met"], true) << "p = 2/64, one baseline";
  EXPECT_TRUE(set({"mine", ""})["details"]["text"]["targets"][1]["met"].is_null()) << "none to be above";
  world.row("other", "tfidf", {0.5, 0.5, 0.5, 0.5, 0.5, 1});
  const Json target = text_target();
  EXPECT_EQ(target["best"]["scorer"], "other");
  EXPECT_EQ(target["met"], false) << "p = 2/32; 4/64 after Holm's correction for the first one";
  EXPECT_EQ(target["not_significant"].dump(), R"(["other","words"])");
}

TEST_F(Headline, TheBestComesClosestToOursOnTheSlatesThatBothHave) {
  auto& mine = world.measured[0].results;
  const auto rows = data::sampled_rows(mine.user_ids, {.count = 3, .seed = 7});
  mine.values["ndcg@10"] = all(0.5);
  for (const size_t row : rows) mine.values["ndcg@10"][row] = 1;
  std::erase_if(world.measured, [](const auto& one) {
    return one.results.scorer == "words" || one.results.scorer == "asked";
  });
  world.row("words", "bm25", all(0.7));
  world.sampled_row("asked", "llm-verdict", {0.9, 0.9, 0.9});
  const Json one = set({"mine", ""});
  EXPECT_EQ(one["details"]["text"]["targets"][0]["best"]["scorer"], "words");
  EXPECT_EQ(one["text"]["best_text_or_llm"], 0.7) << "the other one's .9 is of easier users";
  EXPECT_EQ(one["text"]["paired_vs_best_text_or_llm"]["mean"], 0.05);
  EXPECT_EQ(against(one, "text", "asked")["mean"], 0.1);
}

TEST_F(Headline, TellsHowLongOursAndOthersWereTrained) {
  world.measured[0].facts["training_seconds"] = 2700;
  world.measured.back().facts["training_seconds"] = 180;
  const Json one = set();
  EXPECT_EQ(one["details"]["text"]["training_seconds"], 2700);
  EXPECT_EQ(against(one, "text", "asked")["training_seconds"], 180);
  EXPECT_TRUE(against(one, "text", "words")["training_seconds"].is_null());
  EXPECT_TRUE(one["details"]["hybrid"]["training_seconds"].is_null());
}

TEST_F(Headline, TellsWhatItRestsOn) {
  const Json details = set()["details"];
  EXPECT_EQ(details["format"], "r2rank-headline");
  EXPECT_EQ(details["version"], 1);
  EXPECT_EQ(details["metric"], "ndcg@10");
  EXPECT_EQ(details["slates_hash"], world.world.split.test.hash);
  EXPECT_EQ(details["text"]["users"], 6);
  const Json& best = details["text"]["baselines"][0];
  EXPECT_EQ(best["scorer"], "outside");
  EXPECT_TRUE(best["family"].is_null());
  EXPECT_EQ(against(set(), "text", "words")["method"], "bm25");
  EXPECT_EQ(against(set(), "text", "words")["family"], "text");
}

TEST_F(Headline, ComparesASampleOnItsUsersAlone) {
  const std::vector<double> values = {0, 0.25, 0.5, 0.75, 1, 0.5};
  world.measured[0].results.values["ndcg@10"] = values;
  double expected = 0;
  for (const size_t row : data::sampled_rows(world.measured[0].results.user_ids, {.count = 3, .seed = 7}))
    expected += values[row] / 3;
  const Json one = set();
  const Json asked = against(one, "text", "asked");
  EXPECT_EQ(one["text"]["ours"], 0.5);
  EXPECT_EQ(asked["users"], 3);
  EXPECT_NEAR(asked["ours"].get<double>(), expected, 1e-5);
  EXPECT_NEAR(asked["theirs"].get<double>(), 0.8, 1e-5);
  EXPECT_NEAR(asked["mean"].get<double>(), expected - 0.8, 1e-5);
  EXPECT_EQ(against(one, "text", "words")["users"], 6);
}

TEST_F(Headline, SeveralTrainingSeedsAreOneRowWhoseIntervalCoversThem) {
  world.measured[0].results.values["ndcg@10"] = all(1);
  world.evaluated("a", "mine", all(0.5), 1);
  const Json one = set();
  EXPECT_EQ(one["text"]["ours"], 0.75);
  EXPECT_EQ(one["details"]["text"]["seeds"], 2);
  // Two runs drawn from two: both the better one in a quarter of the cases, both the other in a quarter.
  const Json words = against(one, "text", "words");
  EXPECT_EQ(words["mean"], 0.25);
  EXPECT_EQ(words["lo"], 0);
  EXPECT_EQ(words["hi"], 0.5);
  EXPECT_EQ(words["verdict"], "not above");
}

TEST_F(Headline, OtherSlatesOfTheDataSetStandInItsDetails) {
  const auto split = world.add_split("hard", "hard");
  world.evaluated("c", "mine", all(0.5));
  world.row("tfidf", "tfidf", all(0.25));
  for (size_t last : {1, 2}) {
    auto& results = world.measured[world.measured.size() - last].results;
    results.slates_hash = split.test.hash;
    results.protocol = split.test.protocol.name();
  }
  const Json one = set();
  EXPECT_EQ(one["text"]["ours"], 1);
  EXPECT_FALSE(one["details"].contains("recall"));
  ASSERT_EQ(one["details"]["others"].size(), 1U);
  const Json& other = one["details"]["others"][0];
  EXPECT_EQ(keys(other), (Names{"text", "details"}));
  EXPECT_EQ(other["text"]["ours"], 0.5);
  EXPECT_EQ(other["text"]["best_text_or_llm"], 0.25);
  EXPECT_TRUE(other["text"]["best_conventional"].is_null());
  EXPECT_EQ(other["details"]["protocol"], "loo-hard4-first-seed7");
  EXPECT_EQ(other["details"]["recall"], 0.33333);
  EXPECT_EQ(other["details"]["text"]["baselines"].size(), 1U);
  EXPECT_FALSE(other["details"].contains("others"));
}

TEST_F(Headline, AFamilyThatNobodyMeasuredIsNull) {
  std::erase_if(world.measured, [](const auto& one) { return one.results.scorer == "graph"; });
  const Json one = set({"mine", ""});
  EXPECT_TRUE(one["text"]["best_conventional"].is_null());
  EXPECT_TRUE(one["text"]["paired_vs_best_conventional"].is_null());
  EXPECT_TRUE(one["details"]["text"]["targets"][1]["best"].is_null());
  EXPECT_FALSE(one.contains("hybrid"));
}

TEST_F(Headline, WithoutANameThereIsNone) {
  EXPECT_TRUE(headline_json(world.groups(), {}).is_null());
}

TEST_F(Headline, IsWrittenAsATextThatNamesItsFormatEarly) {
  const std::string text = headline_text(headline_json(world.groups(), {"mine", "both"}));
  EXPECT_LT(text.find(kHeadlineFormat), 2000U);
  EXPECT_EQ(Json::parse(text)["shop"]["text"]["ours"], 1);
}

}  // namespace
}  // namespace r2rank::report
