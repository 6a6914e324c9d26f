#include "experiment/comparison.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/random.h"
#include "experiment/comparison_outlook.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;

/// Sixty users who each keep to one of three groups of ten items.
std::string log_text() {
  std::string text = "user_id,item_id,timestamp\n";
  for (uint64_t user = 0; user < 60; ++user) {
    base::RandomStream random(5, base::Purpose::kInit, user);
    for (const uint64_t item : random.sample(10, 8))
      text += fmt::format("u{},i{},{}\n", user, user % 3 * 10 + item, 1000 + random.below(100000));
  }
  return text;
}

class Comparing : public testing::Test {
 protected:
  void SetUp() override {
    base::write_file(folder_ / "log.csv", log_text());
    plan_.datasets = {{.name = "groups",
                       .import = {{"interactions", (folder_ / "log.csv").string()}},
                       .split = {{"negative_count", "9"}}}};
    plan_.rows = {row("popularity"), row("item-knn"), combination("blend", "blend")};
    plan_.reference = "item-knn";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static RowPlan row(const std::string& method) {
    RowPlan plan;
    plan.name = plan.method = method;
    return plan;
  }
  static RowPlan combination(const std::string& name, const std::string& method) {
    RowPlan plan = row(method);
    plan.name = name;
    return plan;
  }

  ComparisonResult run() { return run_comparison(plan_, folder_ / "out"); }
  fs::path row_file(const std::string& row, const std::string& file) {
    return folder_ / "out" / "groups" / "rows" / row / "seed-7" / file;
  }
  static std::vector<bool> reused(const ComparisonResult& result) {
    std::vector<bool> flags;
    for (const auto& row : result.rows) flags.push_back(row.reused);
    return flags;
  }

  base::Path folder_ = fs::temp_directory_path() / ("r2rank_comparison_" + std::to_string(::getpid()));
  ComparisonPlan plan_;
};

TEST_F(Comparing, MeasuresEachRowOnTheSameSlates) {
  const auto result = run();
  ASSERT_EQ(result.tables.size(), 1U);
  const ComparisonTable& table = result.tables[0];
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.columns[0].slates, 60);
  const auto value = [&](size_t row) { return table.rows[row].cells[0]->value.mean; };
  EXPECT_GT(value(1), value(0) + 0.2) << "neighbours know the groups, popularity does not";
  EXPECT_GT(value(2), value(1) - 0.02) << "the blend has both";
}

TEST_F(Comparing, GoesOnWhereItWas) {
  const auto first = run(), second = run();
  EXPECT_EQ(reused(first), (std::vector<bool>{false, false, false}));
  EXPECT_EQ(reused(second), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(first.tables[0].rows[2].cells[0]->value.mean, second.tables[0].rows[2].cells[0]->value.mean);
}

TEST_F(Comparing, MakesARowAnewWhenItsSettingsChangeAndWhatIsBuiltOnIt) {
  run();
  plan_.rows[1].settings = {{"neighbours", "3"}};
  EXPECT_EQ(reused(run()), (std::vector<bool>{true, false, false}));
}

TEST_F(Comparing, LeavesCombinationsOutOfACombinationThatNamesNoRows) {
  plan_.rows.push_back(combination("again", "blend"));
  run();
  EXPECT_EQ(base::read_file(row_file("again", "row.json")).find("\"blend\":"), std::string::npos);
  plan_.rows.back().of = {"popularity", "blend"};
  run();
  EXPECT_NE(base::read_file(row_file("again", "row.json")).find("\"blend\":"), std::string::npos);
}

TEST_F(Comparing, MakesADamagedRowAnew) {
  run();
  fs::resize_file(row_file("popularity", "test.parquet"), 100);
  base::write_file(row_file("item-knn", "row.json"), "{");
  EXPECT_EQ(reused(run()), (std::vector<bool>{false, false, true}));
}

TEST_F(Comparing, ComparesRowsOfFewerSlatesInATableOfTheirOwn) {
  plan_.rows.push_back(combination("some", "random"));
  plan_.rows.back().slates = 20;
  const auto result = run();
  ASSERT_EQ(result.tables.size(), 2U);
  EXPECT_EQ(result.tables[0].rows.size(), 3U);
  EXPECT_EQ(result.tables[1].rows.size(), 4U);
  EXPECT_EQ(result.tables[1].columns[0].slates, 20);
  EXPECT_TRUE(result.tables[1].columns[0].slates_hash.ends_with(":sample20-seed7"));
  EXPECT_FALSE(fs::exists(row_file("some", "valid.parquet")));
}

TEST_F(Comparing, MakesTheDataAnewWhenItsPlanChanges) {
  run();
  plan_.datasets[0].split = {{"negative_count", "5"}};
  EXPECT_EQ(reused(run()), (std::vector<bool>{false, false, false}));
}

TEST_F(Comparing, MakesEverythingAnewWhenTheLogHoldsSomethingElse) {
  run();
  base::write_file(folder_ / "log.csv", log_text() + "u0,i5,1\nu0,i6,2\nu0,i7,3\nu0,i8,4\n");
  EXPECT_EQ(reused(run()), (std::vector<bool>{false, false, false}));
  EXPECT_EQ(reused(run()), (std::vector<bool>{true, true, true}));
}

TEST_F(Comparing, RecordsARowThatFailsAndGoesOn) {
  RowPlan broken = row("server-verdict");
  broken.settings = {{"endpoint", "http://127.0.0.1:9/v1"}, {"server_model", "none"}, {"retries", "0"}};
  plan_.rows.insert(plan_.rows.begin() + 1, broken);
  const auto result = run();
  ASSERT_EQ(result.rows.size(), 4U);
  EXPECT_NE(result.rows[1].failure, "");
  EXPECT_EQ(result.rows[1].status, static_cast<int>(base::ErrorKind::kIo));
  EXPECT_EQ(result.rows[3].failure, "");
  ASSERT_EQ(result.tables.size(), 1U);
  EXPECT_EQ(result.tables[0].rows.size(), 3U);
}

TEST_F(Comparing, LooksForEveryInputBeforeTheFirstRow) {
  plan_.datasets.push_back(plan_.datasets[0]);
  plan_.datasets.back().name = "absent";
  plan_.datasets.back().import = {{"interactions", (folder_ / "absent.csv").string()}};
  EXPECT_THROW(run(), base::Error);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  plan_.datasets.pop_back();
  plan_.rows.push_back(row("llm-verdict"));
  plan_.rows.back().settings = {{"model", (folder_ / "absent.gguf").string()}};
  EXPECT_THROW(run(), base::Error);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(Comparing, MeasuresARowWithEachSeedThatMakesADifference) {
  plan_.seeds = {7, 8, 9};
  plan_.rows = {row("popularity"), row("bpr-mf")};
  plan_.rows[1].fit.epochs = 2;
  plan_.reference = "popularity";
  const auto result = run();
  ASSERT_EQ(result.rows.size(), 4U) << "popularity once, bpr-mf three times";
  EXPECT_EQ(result.rows[3].seed, 9);
  EXPECT_EQ(result.tables[0].rows[0].cells[0]->seeds, 1);
  EXPECT_EQ(result.tables[0].rows[1].cells[0]->seeds, 3);
  EXPECT_EQ(reused(run()), (std::vector<bool>(4, true)));
}

TEST_F(Comparing, TakesItsSeedForResamplingToo) {
  plan_.seed = 11;
  EXPECT_EQ(run().tables[0].options.resampling.seed, 11U);
}

TEST_F(Comparing, HasTablesOfFurtherMetrics) {
  plan_.metrics = {"ndcg@10", "hr@3", "mrr"};
  const auto result = run();
  ASSERT_EQ(result.tables.size(), 3U);
  EXPECT_EQ(result.tables[1].options.metric, "hr@3") << "which is not among those stored";
  EXPECT_GT(result.tables[1].rows[1].cells[0]->value.mean, result.tables[1].rows[0].cells[0]->value.mean);
}

TEST_F(Comparing, SaysWhatARowCostAndWhatValidationGave) {
  const auto result = run();
  EXPECT_GT(result.rows[1].ms_per_slate, 0);
  EXPECT_GT(result.rows[1].valid_ndcg, 0);
  EXPECT_LE(result.rows[1].valid_ndcg, 1);
  EXPECT_FALSE(is_cut_by_clock(result.rows[1]));
}

TEST_F(Comparing, SaysWhichRowsTheClockCut) {
  plan_.rows = {row("bpr-mf")};
  plan_.rows[0].fit.minutes = 1e-7;
  plan_.reference = "";
  const auto first = run(), again = run();
  for (const auto* result : {&first, &again}) {
    EXPECT_EQ(result->rows[0].ended_by, "minutes");
    EXPECT_TRUE(is_cut_by_clock(result->rows[0]));
  }
}

TEST_F(Comparing, KeepsWhatTheCheckOfTheDataFound) {
  const auto result = run();
  ASSERT_EQ(result.places.size(), 1U);
  EXPECT_FALSE(result.places[0].findings.empty());
  const fs::path kept = folder_ / "out" / "groups" / "check.json";
  ASSERT_TRUE(fs::exists(kept));
  base::write_file(kept, R"([{"name":"x","verdict":"failure","count":1,"of":1,"text":"a leak"}])");
  EXPECT_THROW(run(), base::Error) << "figures on such a split would be wrong";
}

TEST_F(Comparing, SaysWhatItWouldDo) {
  plan_.rows.push_back(row("bpr-mf"));
  plan_.rows.back().fit.minutes = 2;
  const auto outlook = [&] { return describe_comparison(plan_, folder_ / "out"); };
  const std::string before = outlook();
  EXPECT_NE(before.find("groups: to be imported"), std::string::npos) << before;
  EXPECT_NE(before.find("groups / item-knn: no training"), std::string::npos) << before;
  EXPECT_NE(before.find("groups / bpr-mf: at most 2 min"), std::string::npos) << before;
  EXPECT_NE(before.find("at most 2 min of training in all"), std::string::npos) << before;
  run();
  EXPECT_NE(outlook().find("groups / blend: there"), std::string::npos) << outlook();
  plan_.rows[1].settings = {{"neighbours", "3"}};
  EXPECT_NE(outlook().find("groups / item-knn: no training"), std::string::npos) << outlook();
  EXPECT_NE(outlook().find("groups / blend: learns"), std::string::npos) << outlook();
  EXPECT_NE(outlook().find("groups / popularity: there"), std::string::npos) << outlook();
}

}  // namespace
}  // namespace r2rank::experiment
