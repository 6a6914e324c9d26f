#include "experiment/rank_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "experiment/evaluation.h"
#include "experiment/test_comparing.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using testing::Comparing;

class Ranks : public Comparing {
 protected:
  ComparisonResult run(const std::string& output = "out") {
    return run_comparison(plan_, folder_ / output, folder_ / "ranks");
  }
  fs::path file() { return folder_ / "ranks" / "groups.json"; }
  nlohmann::ordered_json document() { return nlohmann::ordered_json::parse(base::read_file(file())); }
  void damage(const std::string& field, const nlohmann::ordered_json& value) {
    auto changed = document();
    changed["rows"][0][field] = value;
    base::write_file(file(), changed.dump());
  }
  std::string error_of_run_elsewhere() {
    try {
      const auto result = run("elsewhere");
      return result.rows[0].failure;
    } catch (const base::Error& error) {
      return error.what();
    }
  }
};

/// Every metric of every table, in order.
std::vector<double> values_of(const ComparisonResult& result) {
  std::vector<double> values;
  for (const auto& table : result.tables)
    for (const auto& row : table.rows)
      for (const auto& cell : row.cells) {
        values.push_back(cell->value.mean);
        values.push_back(cell->value.lo);
        if (cell->to_reference) values.push_back(cell->to_reference->p_permutation);
      }
  return values;
}

TEST_F(Ranks, GiveAllTablesWithoutMakingARowAgain) {
  plan_.metrics = {"ndcg@10", "hr@3", "mrr"};
  plan_.rows.insert(plan_.rows.begin(), row("random"));
  plan_.rows.push_back(combination("some", "popularity"));  // with ties
  plan_.rows.back().slates = 20;
  const auto first = run(), again = run("elsewhere");
  EXPECT_EQ(reused(first), std::vector<bool>(5, false));
  EXPECT_EQ(reused(again), std::vector<bool>(5, true));
  EXPECT_EQ(values_of(first), values_of(again));
  ASSERT_EQ(again.rows.size(), 5U);
  for (size_t i = 0; i < again.rows.size(); ++i) {
    EXPECT_EQ(again.rows[i].training_seconds, first.rows[i].training_seconds);
    EXPECT_EQ(again.rows[i].settings, first.rows[i].settings);
    EXPECT_EQ(again.rows[i].report, first.rows[i].report);
  }
}

TEST_F(Ranks, HoldNoUsersItemsOrScores) {
  run();
  const std::string text = base::read_file(file());
  EXPECT_EQ(text.find("\"u1\""), std::string::npos);
  EXPECT_EQ(text.find("\"i1\""), std::string::npos);
  EXPECT_EQ(document()["slate_ids"].size(), 60U);
  EXPECT_EQ(document()["rows"].size(), 3U);
  EXPECT_EQ(document()["rows"][1]["above"].size(), 60U);
}

TEST_F(Ranks, AreTheSameBytesWhenNothingWasMade) {
  run();
  const std::string text = base::read_file(file());
  run();
  EXPECT_EQ(base::read_file(file()), text);
  run("elsewhere");
  EXPECT_EQ(base::read_file(file()), text);
}

TEST_F(Ranks, OfARowWithOtherSettingsAreReplaced) {
  plan_.rows.pop_back();
  run();
  const auto before = document();
  plan_.rows[1].settings = {{"neighbours", "3"}};
  EXPECT_EQ(reused(run("elsewhere")), (std::vector<bool>{true, false}));
  EXPECT_EQ(document()["rows"].size(), 2U);
  EXPECT_EQ(document()["rows"][0], before["rows"][0]);
  EXPECT_NE(document()["rows"][1], before["rows"][1]);
}

TEST_F(Ranks, AreNoScoresThatACombinationLearnsFrom) {
  run();
  plan_.rows.push_back(combination("another", "blend"));
  plan_.rows.back().of = {"popularity"};
  const auto result = run("elsewhere");
  EXPECT_EQ(result.rows[2].failure, "") << "finished there";
  EXPECT_NE(result.rows[3].failure.find("popularity, of which only ranks"), std::string::npos)
      << result.rows[3].failure;
}

TEST_F(Ranks, OfOtherSlatesAreRefused) {
  run();
  plan_.datasets[0].split = {{"negative_count", "5"}};
  EXPECT_NE(error_of_run_elsewhere().find("other slates"), std::string::npos);
}

TEST_F(Ranks, OfSeveralRelevantItemsAreRefused) {
  plan_.datasets[0].split = {{"method", "ratio"},
                             {"valid_from", "0.5"},
                             {"test_from", "0.75"},
                             {"targets", "together"},
                             {"negative_count", "9"}};
  EXPECT_NE(error_of_run_elsewhere().find("one relevant item"), std::string::npos)
      << error_of_run_elsewhere();
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(Ranks, ThatAreDamagedAreRefused) {
  run();
  const std::string whole = base::read_file(file());
  for (const auto& [field, value] : std::vector<std::pair<std::string, nlohmann::ordered_json>>{
           {"above", nlohmann::ordered_json::array()},
           {"above", std::vector<int>(60, 10)},
           {"above", std::vector<int>(60, -1)},
           {"tied", std::vector<int>(60, 10)},
           {"tied", std::vector<double>(60, 0.5)},
           {"above", "no list"},
           {"row", 3},
           {"row", {{"ms_per_slate", 1}, {"tokens_per_slate", 1}}},
           {"report", "none"},
           {"seed", "7"},
           {"seed", 1e300},
           {"slates", 0.5},
           {"key", 3}}) {
    base::write_file(file(), whole);
    damage(field, value);
    fs::remove_all(folder_ / "elsewhere");
    EXPECT_NE(error_of_run_elsewhere().find("groups.json"), std::string::npos) << field << " " << value;
  }
  base::write_file(file(), whole.substr(0, whole.size() / 2));
  EXPECT_NE(error_of_run_elsewhere().find("groups.json"), std::string::npos);
  auto other = nlohmann::ordered_json::parse(whole);
  other["rows"] = nlohmann::ordered_json::object();
  base::write_file(file(), other.dump());
  EXPECT_NE(error_of_run_elsewhere().find("'rows'"), std::string::npos);
  other = nlohmann::ordered_json::parse(whole);
  other["slate_ids"][0] = 6;
  base::write_file(file(), other.dump());
  EXPECT_NE(error_of_run_elsewhere().find("ids of other slates"), std::string::npos);
}

TEST_F(Ranks, ThatAreDamagedAreRefusedBeforeTheFirstRowOfAnyDataSet) {
  plan_.datasets.push_back(plan_.datasets[0]);
  plan_.datasets[1].name = "second";
  base::write_file(folder_ / "ranks" / "second.json", "{");
  EXPECT_NE(error_of_run_elsewhere().find("second.json"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "elsewhere" / "groups" / "rows"));
}

TEST_F(Ranks, KeepWhatSeedsCameTo) {
  plan_.rows = {row("random"), row("popularity")};
  plan_.reference = "";
  plan_.seeds = {7, 8};
  const auto first = run();
  ASSERT_EQ(first.rows.size(), 3U) << "popularity does not depend on the seed";
  const auto again = run("elsewhere");
  EXPECT_EQ(reused(again), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(values_of(again), values_of(first));
  plan_.seeds = {7, 8, 9};
  const auto more = run("third");
  EXPECT_EQ(reused(more), (std::vector<bool>{true, true, false, true}));
  EXPECT_EQ(document()["rows"].size(), 5U) << "the popularity of seed 8 says that it is that of 7";
}

TEST_F(Ranks, ComeBackWhereTheirFileIsLost) {
  run();
  run("elsewhere");
  const auto before = document();
  fs::remove(file());
  run("elsewhere");
  EXPECT_EQ(document(), before);
}

TEST_F(Ranks, OfOneMachineDoNotReplaceNewerOnes) {
  run();
  run("elsewhere");
  auto newer = document();
  newer["rows"][1]["scores_hash"] = "of a later run";
  base::write_file(file(), newer.dump());
  run("elsewhere");
  EXPECT_EQ(document()["rows"][1]["scores_hash"], "of a later run");
}

TEST_F(Ranks, PutLastWhatIsNoNumber) {
  run();
  DatasetPlan& dataset = plan_.datasets[0];
  const Place place = open_place(dataset, folder_ / "out");
  RankFile ranks(folder_ / "other", place);
  const RowPlan some = row("popularity");
  const fs::path made = folder_ / "out" / "groups" / "rows" / "popularity" / "seed-7";
  auto test = metrics::load_per_user(made / "test.parquet");
  for (auto& scores : test.scores) scores.assign(scores.size(), NAN);
  test.scores[0][0] = 1;
  ranks.add(some, 7, made, test);
  const auto written = nlohmann::json::parse(base::read_file(folder_ / "other" / "groups.json"))["rows"][0];
  EXPECT_EQ(written["above"][1], 0);
  EXPECT_EQ(written["tied"][1], 9);
  const bool first_is_relevant = place.split.test.slates[0].relevance[0] > 0;
  EXPECT_EQ(written["above"][0], first_is_relevant ? 0 : 1);
  EXPECT_EQ(written["tied"][0], first_is_relevant ? 0 : 8);
}

}  // namespace
}  // namespace r2rank::experiment
