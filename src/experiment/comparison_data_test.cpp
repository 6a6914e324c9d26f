#include "experiment/comparison_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiment/test_comparisons.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::lines_of, testing::small_comparison;

TEST(ComparisonData, IsCsvWithALineAMeasuredCell) {
  const auto lines = lines_of(comparison_csv(small_comparison()));
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(
      lines[0],
      "table,column,scorer,metric,mean,lo,hi,users,seeds,reference,difference,difference_lo,difference_hi,p_bootstrap,p_permutation,p_holm,slates_hash");
  EXPECT_EQ(lines[1], "data set,a&b,base_1,ndcg@10[loo-uni19-seed7],0.25,0.2,0.3,40,1,,,,,,,,h");
  EXPECT_EQ(
      lines[3],
      "data set,a&b,new,ndcg@10[loo-uni19-seed7],0.5,0.4,0.6,40,1,base_1,0.25,0.2,0.3,0.001,0.002,0.004,h");
}

TEST(ComparisonData, IsJsonWithNullForWhatWasNotMeasured) {
  const auto json = comparison_json(small_comparison());
  EXPECT_EQ(json["reference"], "base_1");
  EXPECT_EQ(json["columns"][1]["slates_hash"], "h2");
  EXPECT_EQ(json["columns"][1]["slates"], 30);
  EXPECT_TRUE(json["rows"][1]["cells"][1].is_null());
  EXPECT_EQ(json["rows"][1]["cells"][0]["to_reference"]["p_holm"], 0.004);
  EXPECT_FALSE(json["rows"][0]["cells"][0].contains("to_reference"));
}

}  // namespace
}  // namespace r2rank::experiment
