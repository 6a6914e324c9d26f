#include "experiment/comparison_row.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "data/test_support.h"

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
  row.measured.report = R"({"weights":{"a":1}})";
  row.measured.notes = {{"malformed share", 0.25}};
  row.measured.budget = {{"minutes", "4"}};
  row.measured.ended_by = "minutes";
  row.measured.trials_cut = 2;
  row.measured.tokens_per_slate = 12.5;
  row.test = row.valid = results();
  write_row(folder_, "key", row);
  const auto found = read_row(folder_, "key");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->measured.settings, row.measured.settings);
  EXPECT_EQ(found->measured.trials, 3);
  EXPECT_EQ(found->measured.report, row.measured.report);
  EXPECT_EQ(found->measured.notes, row.measured.notes);
  EXPECT_EQ(found->measured.budget, row.measured.budget);
  EXPECT_EQ(found->measured.ended_by, "minutes");
  EXPECT_EQ(found->measured.tokens_per_slate, 12.5);
  EXPECT_TRUE(is_cut_by_clock(found->measured));
  EXPECT_TRUE(std::isnan(found->measured.valid_ndcg));
  EXPECT_TRUE(has_row(folder_, "key"));
  EXPECT_FALSE(has_row(folder_, "other"));
  EXPECT_EQ(found->test.scores, row.test.scores);
  EXPECT_EQ(found->valid.slate_ids, row.valid.slate_ids);
  EXPECT_FALSE(read_row(folder_, "other").has_value());
}

TEST_F(ComparisonRowFolder, IsNoneWithTheTableOfAnotherRow) {
  StoredRow row;
  row.test = row.valid = results();
  write_row(folder_, "key", row);
  ASSERT_TRUE(read_row(folder_, "key").has_value());
  row.test.scores.front().front() += 1;
  metrics::save_per_user(row.test, folder_ / "test.parquet");
  EXPECT_FALSE(read_row(folder_, "key").has_value());
}

TEST_F(ComparisonRowFolder, IsNoneWhereThereIsNothing) {
  EXPECT_FALSE(read_row(folder_, "key").has_value());
}

class RowKey : public testing::Test {
 protected:
  RowKey() { row_.name = row_.method = "sasrec"; }
  std::string key(const RowPlan& row, int64_t seed = 7, const std::vector<std::string>& parts = {}) {
    FileIdentities files;
    return row_key({.row = row, .seed = seed, .parts = parts}, plan_, split_, dataset_, files);
  }
  RowPlan row_;
  ComparisonPlan plan_;
  data::Dataset dataset_;
  data::Split split_;
};

TEST_F(RowKey, ChangesWithWhateverDecidesTheResults) {
  const std::string before = key(row_);
  RowPlan renamed = row_;
  renamed.name = "other";
  EXPECT_EQ(key(renamed), before) << "a name decides nothing";
  RowPlan wider = row_;
  wider.settings = {{"dimensions", "128"}};
  EXPECT_NE(key(wider), before);
  RowPlan longer = row_;
  longer.fit.epochs += 1;
  EXPECT_NE(key(longer), before);
  EXPECT_NE(key(row_, 8), before);
  EXPECT_NE(key(row_, 7, {"part"}), before);
  split_.test.hash = "x";
  EXPECT_NE(key(row_), before);
}

TEST_F(RowKey, KnowsDefaultsAndTrialsAndNotHowTheyAreWritten) {
  RowPlan written = row_;
  written.settings = {{"dimensions", "64"}};
  EXPECT_EQ(key(written), key(row_)) << "64 is the default: the row is the same, and another default is not";
  RowPlan tuned = row_;
  tuned.tune = true;
  EXPECT_NE(key(tuned), key(row_));
  RowPlan untuned = row_;
  untuned.budget.minutes += 1;
  EXPECT_EQ(key(untuned), key(row_)) << "minutes of tuning decide nothing where nothing is tuned";
  untuned.tune = true;
  EXPECT_NE(key(untuned), key(tuned));
}

TEST_F(RowKey, ChangesWithWhatTheModelHolds) {
  const data::testing::TemporaryFolder folder;
  row_.method = "llm-verdict";
  row_.settings = {{"model", folder.write("m.gguf", "1").string()}};
  const std::string before = key(row_);
  folder.write("m.gguf", "2");
  EXPECT_NE(key(row_), before);
  row_.settings = {{"model", folder.write("copy.gguf", "1").string()}};
  EXPECT_EQ(key(row_), before);
}

}  // namespace
}  // namespace r2rank::experiment
