#include "report/tables.h"

#include <gtest/gtest.h>

#include "report/test_world.h"

namespace r2rank::report {
namespace {

struct ReportTables : ::testing::Test {
  testing::World world;
  DataShelf shelf;

  ReportTables() {
    shelf.add_dataset(world.path("data"), "shop");
    shelf.add_split(world.path("split"));
  }
  Measured measured(const std::string& scorer, double slope, double bonus) const {
    Measured one;
    one.results = world.results(scorer, slope, bonus);
    one.source = "eval";
    return one;
  }
  ResultGroup group(const std::string& reference = "") const {
    return group_results({measured("up", 1, 0), measured("best", 0, 1)}, shelf, reference).front();
  }
};

TEST_F(ReportTables, HasTheBestFirstWithIntervalsCostsAndOrigin) {
  const Json table = table_json(group());
  EXPECT_EQ(table["title"], "shop");
  EXPECT_EQ(table["users"], 6);
  EXPECT_EQ(table["metrics"][1], "ndcg@10");
  EXPECT_EQ(table["main"], "ndcg@10");
  const Json& first = table["rows"][0];
  EXPECT_EQ(first["scorer"], "best");
  EXPECT_EQ(first["values"][1].dump(), "[1,1,1]");
  EXPECT_EQ(first["tokens"], 100);
  EXPECT_EQ(first["ms"], 2);
  EXPECT_EQ(first["source"], "eval");
  EXPECT_TRUE(first["against"].is_null());
  EXPECT_LT(table["rows"][1]["values"][1][0], 1);
  EXPECT_EQ(table["tests"], "");
}

TEST_F(ReportTables, TestsEveryOtherScorerAgainstTheReference) {
  const Json table = table_json(group("best"));
  EXPECT_EQ(table["reference"], "best");
  EXPECT_TRUE(table["rows"][0]["against"].is_null());
  const Json& against = table["rows"][1]["against"][1];
  ASSERT_EQ(against.size(), 5U);
  EXPECT_NEAR(against[0].get<double>(), table["rows"][1]["values"][1][0].get<double>() - 1, 1e-4);
  EXPECT_FALSE(table["tests"].get<std::string>().empty());
}

TEST_F(ReportTables, ShowsTheMetricsThatAllHave) {
  auto lacking = measured("old", 0, 1);
  lacking.results.values.erase("auc");
  lacking.results.values["ndcg@3"].assign(6, 0.5);
  const auto one = group_results({measured("up", 1, 0), lacking}, shelf, "").front();
  const auto metrics = shared_metrics(one);
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), "auc"), 0);
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), "ndcg@3"), 0);
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), "tokens"), 0);
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), "mrr"), 1);
}

TEST_F(ReportTables, ComparesScorersOverSetsOfSlates) {
  auto elsewhere = measured("best", 0.5, 0.25);
  elsewhere.results.slates_hash = "other";
  EXPECT_TRUE(comparison_json(std::vector{group()}).is_null());
  const auto groups = group_results({measured("up", 1, 0), measured("best", 0, 1), elsewhere}, shelf, "best");
  const Json table = comparison_json(groups);
  ASSERT_EQ(table["columns"].size(), 2U);
  EXPECT_EQ(table["columns"][0]["name"], "shop");
  EXPECT_EQ(table["reference"], "best");
  EXPECT_TRUE(table["rows"][0]["cells"][1].is_null());
  EXPECT_EQ(table["rows"][1]["cells"][0]["mean"], 1);
}

}  // namespace
}  // namespace r2rank::report
