#include "report/provenance.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

struct Provenance : ::testing::Test {
  TemporaryFolder folder;
  Json of(SourceKind kind) const { return provenance_json({kind, folder.path()}); }
};

TEST_F(Provenance, OfARunIsItsConfigurationAndWhatItsModelSays) {
  folder.write("config.toml", "steps = 3\n");
  folder.write("checkpoint/r2rank.json",
               R"({"model":{"dtype":"bf16"},"training":{"step":3,"seconds":1.23456789,"configuration":{}}})");
  const Json json = of(SourceKind::kRun);
  expect_parts(json["command"].get<std::string>(), {"r2rank train --config", "config.toml"});
  EXPECT_EQ(json["text"], "steps = 3\n");
  EXPECT_EQ(json["details"].dump(),
            R"([["state","interrupted"],["dtype","bf16"],["step","3"],["seconds","1.2346"]])");
}

TEST_F(Provenance, OfAnEvaluationIsWhatItsSummaryRecords) {
  folder.write(
      "summary.json",
      R"({"dtype":"f32","seconds":{"train":2},"made_from":{"command":"r2rank eval --dataset d","split":"s"}})");
  const Json json = of(SourceKind::kEvaluation);
  EXPECT_EQ(json["command"], "r2rank eval --dataset d");
  EXPECT_EQ(json["details"].dump(), R"([["split","s"],["dtype","f32"],["seconds: train","2"]])");
}

TEST_F(Provenance, OfAComparisonNamesWhatFailedOrIsMissing) {
  EXPECT_EQ(of(SourceKind::kComparison)["details"][0][0], "state");
  folder.write("baselines.json",
               R"({"command":"`r2rank compare x`","rows":[{"dataset":"d","row":"a","seed":7},
      {"dataset":"d","row":"b","failure":"no server"}]})");
  const Json json = of(SourceKind::kComparison);
  EXPECT_EQ(json["details"].dump(), R"([["failed: d / b","no server"]])");
  folder.write("baselines.json", R"({"rows":[{"failure":"x"}]})");
  expect_parts(error_of(base::ErrorKind::kData, [&] { of(SourceKind::kComparison); }), {"baselines.json"});
}

TEST_F(Provenance, OfADataSetIsItsPlaceAlone) {
  EXPECT_EQ(of(SourceKind::kDataset)["kind"], "data set");
  EXPECT_TRUE(of(SourceKind::kDataset)["details"].empty());
}

}  // namespace
}  // namespace r2rank::report
