#include "experiment/row_maker.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "experiment/test_comparing.h"

namespace r2rank::experiment {
namespace {

using testing::Comparing;

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

TEST_F(Comparing, CombinesNoPopularityWhereNegativesWereDrawnByIt) {
  const auto weights = [&] { return nlohmann::json::parse(run().rows.back().report).at("weights"); };
  EXPECT_TRUE(weights().contains("popularity"));
  plan_.datasets[0].split.emplace_back("negatives", "popularity");
  EXPECT_FALSE(weights().contains("popularity"));
  EXPECT_TRUE(weights().contains("item-knn"));
  plan_.rows[2].of = {"popularity", "item-knn"};
  EXPECT_TRUE(weights().contains("popularity")) << "whoever names it gets it";
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

}  // namespace
}  // namespace r2rank::experiment
