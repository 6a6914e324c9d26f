#include "experiment/comparison.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "experiment/test_comparing.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using testing::Comparing, testing::log_text;

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

TEST_F(Comparing, CombinesAnewWhatARowThatWasMadeAnewScores) {
  run();
  auto card = nlohmann::json::parse(base::read_file(row_file("item-knn", "row.json")));
  card["scores_hash"] = "of other scores";  // what a row cut by the clock leaves the second time
  base::write_file(row_file("item-knn", "row.json"), card.dump());
  EXPECT_EQ(reused(run()), (std::vector<bool>{true, true, false}));
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

}  // namespace
}  // namespace r2rank::experiment
