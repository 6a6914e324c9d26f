#include "experiment/comparison_row.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace r2rank::experiment {
namespace {

metrics::PerUserResults results() {
  metrics::PerUserResults results;
  results.scorer = "mine";
  results.protocol = "loo";
  results.slates_hash = "abc";
  results.slate_ids = {4, 9};
  results.user_ids = {"a", "b"};
  results.values["ndcg@10"] = {0.5, 1};
  results.scores = {{1, 2}, {3, 4}};
  return results;
}

class ComparisonRowFolder : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  base::Path folder_ = std::filesystem::temp_directory_path() / ("r2rank_row_" + std::to_string(::getpid()));
};

TEST_F(ComparisonRowFolder, ComesBackUnderItsKeyAlone) {
  StoredRow row;
  row.measured.method = "mine";
  row.measured.slates = 2;
  row.measured.trials = 3;
  row.measured.settings = {{"width", "64"}};
  row.report = R"({"weights":{"a":1}})";
  row.test = row.valid = results();
  write_row(folder_, "key", row);
  const auto found = read_row(folder_, "key");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->measured.settings, row.measured.settings);
  EXPECT_EQ(found->measured.trials, 3);
  EXPECT_EQ(found->report, row.report);
  EXPECT_EQ(found->test.scores, row.test.scores);
  EXPECT_EQ(found->valid.slate_ids, row.valid.slate_ids);
  EXPECT_FALSE(read_row(folder_, "other").has_value());
}

TEST_F(ComparisonRowFolder, IsNoneWhereThereIsNothing) {
  EXPECT_FALSE(read_row(folder_, "key").has_value());
}

TEST(RowKey, ChangesWithWhateverDecidesTheResults) {
  RowPlan row;
  row.name = row.method = "sasrec";
  ComparisonPlan plan;
  const data::Dataset dataset;
  const data::Split split;
  const std::string key = row_key(row, plan, split, dataset, {});
  RowPlan renamed = row;
  renamed.name = "other";
  EXPECT_EQ(row_key(renamed, plan, split, dataset, {}), key) << "a name decides nothing";
  RowPlan wider = row;
  wider.settings = {{"width", "128"}};
  EXPECT_NE(row_key(wider, plan, split, dataset, {}), key);
  RowPlan longer = row;
  longer.fit.epochs += 1;
  EXPECT_NE(row_key(longer, plan, split, dataset, {}), key);
  longer = row;
  longer.budget.minutes += 1;
  EXPECT_NE(row_key(longer, plan, split, dataset, {}), key);
  ComparisonPlan seeded = plan;
  seeded.seed = 8;
  EXPECT_NE(row_key(row, seeded, split, dataset, {}), key);
  EXPECT_NE(row_key(row, plan, split, dataset, {"part"}), key);
  data::Split other = split;
  other.test.hash = "x";
  EXPECT_NE(row_key(row, plan, other, dataset, {}), key);
}

}  // namespace
}  // namespace r2rank::experiment
