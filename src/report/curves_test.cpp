#include "report/curves.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

struct RunCurves : ::testing::Test {
  TemporaryFolder folder;
  Json of(const std::string& log) const {
    folder.write("log.jsonl", log);
    return run_curves(folder.path());
  }
  static Json column(const Json& curves, const std::string& name) {
    const auto names = curves["columns"].get<std::vector<std::string>>();
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? Json() : curves["values"].at(static_cast<size_t>(found - names.begin()));
  }
};

TEST_F(RunCurves, AddUpTheClockAndKeepTheOrderOfColumns) {
  const Json curves =
      of("{\"step\":1,\"ndcg\":0.5,\"seconds\":2.5}\n{\"step\":2,\"ndcg\":null,\"seconds\":3}\n");
  EXPECT_EQ(curves["columns"].dump(), R"(["step","clock","ndcg","seconds"])");
  EXPECT_EQ(column(curves, "clock").dump(), "[2.5,5.5]");
  EXPECT_EQ(column(curves, "ndcg").dump(), "[0.5,null]");
  EXPECT_EQ(curves["kind"], "run");
}

TEST_F(RunCurves, CountMeasurementsOnTheClockAndNameThemAsBaselinesDo) {
  const Json silent =
      of("{\"step\":0,\"valid_ndcg_silent\":0.2,\"valid_seconds\":4}\n{\"step\":1,\"seconds\":2}\n"
         "{\"step\":2,\"seconds\":2,\"valid_ndcg_silent\":0.5,\"valid_seconds\":4}\n");
  EXPECT_EQ(column(silent, "clock").dump(), "[4,6,12]");
  EXPECT_EQ(column(silent, "valid_ndcg@10").dump(), "[0.2,null,0.5]");
  const Json reasoned = of("{\"step\":1,\"valid_ndcg_silent\":0.5,\"valid_ndcg\":0.6}\n");
  EXPECT_EQ(column(reasoned, "valid_ndcg@10").dump(), "[0.6]");
}

TEST_F(RunCurves, GoOnFromTheClockOfTheRunsBefore) {
  const auto run = [&](const std::string& name, const std::string& model) {
    folder.write(name + "/config.toml", fmt::format("model = \"{}\"\n", model));
    folder.write(name + "/log.jsonl",
                 "{\"step\":1,\"seconds\":2,\"valid_seconds\":1}\n{\"step\":2,\"seconds\":2}\n");
    return run_curves(folder.path() / name);
  };
  const auto place = [&](const std::string& name) { return (folder.path() / name).string(); };
  EXPECT_EQ(run("first", place("model.gguf"))["before"], 0);
  EXPECT_EQ(run("second", place("first"))["before"], 5);
  const Json third = run("third", place("second"));
  EXPECT_EQ(third["before"], 10);
  EXPECT_EQ(column(third, "clock").dump(), "[13,15]");
  EXPECT_EQ(run("moved", place("gone"))["before"], 0);
}

TEST_F(RunCurves, AColumnThatBeginsLaterIsEmptyBefore) {
  const Json curves = of("{\"step\":1,\"a\":1}\n{\"step\":2,\"b\":2}\n");
  EXPECT_EQ(column(curves, "a").dump(), "[1,null]");
  EXPECT_EQ(column(curves, "b").dump(), "[null,2]");
}

TEST_F(RunCurves, ATornLastLineIsLeftOut) {
  EXPECT_EQ(of("{\"step\":1}\n{\"step\":2,\"nd")["steps"], 1);
  EXPECT_EQ(of("")["steps"], 0);
}

TEST_F(RunCurves, ALongRunIsShownAsMeansOfStretches) {
  std::string log;
  for (int64_t step = 1; step <= 2 * kMostPoints; ++step)
    log += fmt::format("{{\"step\":{},\"odd\":{},\"seconds\":1}}\n", step, step % 2);
  const Json curves = of(log);
  EXPECT_EQ(curves["stretch"], 2);
  EXPECT_EQ(column(curves, "step")[0], 2);
  EXPECT_EQ(column(curves, "odd")[0], 0.5);
  EXPECT_EQ(column(curves, "clock").back(), 2 * kMostPoints);
  EXPECT_EQ(column(curves, "odd").size(), static_cast<size_t>(kMostPoints));
}

TEST_F(RunCurves, ADamagedLineIsNamed) {
  expect_parts(error_of(base::ErrorKind::kData, [&] { of("{\"step\":1}\n{\"st\n{\"step\":3}\n"); }),
               {"line 2", "log.jsonl"});
  expect_parts(error_of(base::ErrorKind::kData, [&] { of("{\"ndcg\":1}\n"); }), {"line 1", "step"});
}

TEST(EpochCurves, AreThoseOfTheChosenTrial) {
  const Json report = parse_object(
      R"({"best":1,"trials":[{},{"epochs":[{"epoch":1,"loss":3,"ndcg@10":0.25,"seconds":2},
          {"epoch":2,"loss":2,"ndcg@10":0.5,"seconds":4}]}]})",
      "text");
  const Json curves = epoch_curves("shop / sasrec", report, "row.json");
  EXPECT_EQ(curves["columns"].dump(), R"(["epoch","clock","loss","valid_ndcg@10"])");
  EXPECT_EQ(curves["values"][1].dump(), "[2,4]");
  EXPECT_EQ(curves["values"][3].dump(), "[0.25,0.5]");
}

TEST(EpochCurves, OfAMethodWithoutEpochsAreNone) {
  EXPECT_TRUE(epoch_curves("x", Json::object(), "row.json").is_null());
  EXPECT_TRUE(epoch_curves("x", parse_object(R"({"trials":[{}]})", "text"), "row.json").is_null());
  expect_parts(
      error_of(base::ErrorKind::kData,
               [&] { epoch_curves("x", parse_object(R"({"best":4,"trials":[{}]})", "t"), "row.json"); }),
      {"row.json"});
}

}  // namespace
}  // namespace r2rank::report
