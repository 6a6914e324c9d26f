#include "experiment/comparison.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/random.h"

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
    return folder_ / "out" / "groups" / "rows" / row / file;
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
  EXPECT_FALSE(fs::exists(row_file("some", "valid.parquet")));
}

TEST_F(Comparing, MakesTheDataAnewWhenItsPlanChanges) {
  run();
  plan_.datasets[0].split = {{"negative_count", "5"}};
  EXPECT_EQ(reused(run()), (std::vector<bool>{false, false, false}));
}

TEST_F(Comparing, SaysWhatItWouldDo) {
  EXPECT_NE(describe_comparison(plan_, folder_ / "out").find("groups / item-knn: at most"),
            std::string::npos);
  run();
  EXPECT_NE(describe_comparison(plan_, folder_ / "out").find("groups / item-knn: there"), std::string::npos);
}

}  // namespace
}  // namespace r2rank::experiment
