#include "report/measured.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "experiment/rationale_file.h"
#include "report/test_world.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

struct ReadResults : ::testing::Test {
  testing::World world;
  DataShelf shelf;

  /// A comparison folder with one row.
  base::Path comparison() const {
    const base::Path root = world.path("cmp");
    world.folder.write("cmp/comparison.json", R"({"format":"r2rank-comparison","version":1})");
    world.folder.write("cmp/baselines.json", R"({"tables":[{"reference":"bm25"}]})");
    data::save_dataset(world.dataset, root / "shop/data", false);
    data::save_split(world.split, world.dataset, root / "shop/split", false);
    world.folder.write("cmp/shop/check.json", R"([{"name":"cold"}])");
    add_row("cmp/shop/rows/bm25/seed-7");
    return root;
  }
  void add_row(const std::string& where) const {
    const base::Path table = world.path(where) / "test.parquet";
    metrics::save_per_user(world.results("the method's name", 1, 1), table);
    const Json card = {{"format", "r2rank-comparison-row"},
                       {"version", 2},
                       {"key", "k"},
                       {"tables", {{"test.parquet", base::hash_hex(base::read_file(table))}}},
                       {"row", {{"method", "bm25"}, {"seed", 7}, {"training_seconds", 1.5}, {"budget", {}}}},
                       {"report", Json::object()}};
    world.folder.write(where + "/row.json", card.dump());
  }
};

TEST_F(ReadResults, OfAnEvaluationWithItsReferenceNotesAndRationales) {
  world.evaluated("eval", "my-model", 0, 1);
  world.evaluated("eval", "random", 1, 0);
  world.folder.write("eval/summary.json",
                     R"({"paired":{"my-model-random":{}},"notes":{"my-model":{"malformed":0.5}}})");
  experiment::save_rationales({"my-model", world.split.test.hash, {}},
                              world.path("eval/my-model.rationales.jsonl"));
  const auto found = read_evaluation(world.path("eval"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].results.scorer, "my-model");
  EXPECT_EQ(found[0].reference, "my-model");
  EXPECT_EQ(found[0].facts["notes"]["malformed"], 0.5);
  EXPECT_EQ(found[0].rationales.filename(), "my-model.rationales.jsonl");
  EXPECT_TRUE(found[1].rationales.empty());
}

TEST_F(ReadResults, OfRowsMadeFromRanksAreMarked) {
  const base::Path root = comparison(), card = root / "shop/rows/bm25/seed-7/row.json";
  EXPECT_FALSE(read_comparison(root, shelf).front().ranks_only);
  Json changed = Json::parse(base::read_file(card));
  changed["ranks_only"] = true;
  base::write_file(card, changed.dump());
  EXPECT_TRUE(read_comparison(root, shelf).front().ranks_only);
}

TEST_F(ReadResults, TheReferenceIsWhatMostPairsBeginWith) {
  world.evaluated("eval", "a", 0, 1);
  world.evaluated("eval", "b", 1, 0);
  world.folder.write("eval/summary.json", R"({"paired":{"b-a":{},"b-c":{},"a-c":{}}})");
  EXPECT_EQ(read_evaluation(world.path("eval")).at(0).reference, "b");
  world.folder.write("eval/summary.json", R"({"paired":{"b-a":{},"a-c":{}}})");
  EXPECT_EQ(read_evaluation(world.path("eval")).at(0).reference, "");
}

TEST_F(ReadResults, OfAnEvaluationThatWasInterrupted) {
  world.evaluated("eval", "model", 0, 1);
  EXPECT_EQ(read_evaluation(world.path("eval")).at(0).reference, "");
}

TEST_F(ReadResults, OfAComparisonWithItsDataSets) {
  const auto found = read_comparison(comparison(), shelf);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].results.scorer, "bm25");
  EXPECT_EQ(found[0].seed, 7);
  EXPECT_EQ(found[0].reference, "bm25");
  EXPECT_EQ(found[0].facts["training_seconds"], 1.5);
  ASSERT_TRUE(shelf.find(found[0].results.slates_hash, ""));
  EXPECT_EQ(shelf.datasets().at(0)->name, "shop");
  EXPECT_EQ(shelf.datasets().at(0)->findings.at(0)["name"], "cold");
}

TEST_F(ReadResults, DamagedFilesAreNamed) {
  world.folder.write("eval/model.parquet", "no parquet");
  expect_parts(error_of(base::ErrorKind::kData, [&] { read_evaluation(world.path("eval")); }),
               {"model.parquet"});
  const base::Path root = comparison();
  const auto refusal = [&] {
    DataShelf other;
    return error_of(base::ErrorKind::kData, [&] { read_comparison(root, other); });
  };
  metrics::save_per_user(world.results("x", 2, 1), root / "shop/rows/bm25/seed-7/test.parquet");
  expect_parts(refusal(), {"test.parquet", "row.json"});
  world.folder.write("cmp/shop/rows/bm25/seed-7/row.json",
                     R"({"format":"r2rank-comparison-row","version":2,"row":{}})");
  expect_parts(refusal(), {"row.json", "tables"});
}

}  // namespace
}  // namespace r2rank::report
