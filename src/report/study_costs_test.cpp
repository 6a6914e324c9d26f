#include "report/study_costs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

Measured measured_in(const base::Path& folder) {
  Measured one;
  one.source = folder;
  return one;
}

TEST(StudyCosts, AreFactsOfTheResultsThatAreAnArmsAnswers) {
  TemporaryFolder folder;
  const auto answers = folder.path() / "answers/eval-1";
  folder.write("text/study.json",
               fmt::format(R"({{"arms":[{{"name":"text","training_seconds":2700,"answers":["{}"]}},
                               {{"name":"none","training_seconds":null,"answers":["{}"]}},
                               {{"name":"old","training_seconds":1}}]}})",
                           answers.string(), (folder.path() / "answers/eval-2").string()));
  std::vector<Measured> measured = {measured_in(folder.path() / "answers" / "." / "eval-1"),
                                    measured_in(folder.path() / "answers/eval-2"),
                                    measured_in(folder.path() / "other")};
  add_training_seconds(folder.path() / "text", measured);
  EXPECT_EQ(measured[0].facts["training_seconds"], 2700);
  EXPECT_FALSE(measured[1].facts.contains("training_seconds"));
  EXPECT_FALSE(measured[2].facts.contains("training_seconds"));
}

TEST(StudyCosts, OfADamagedStudyNameItsFile) {
  TemporaryFolder folder;
  const auto file = folder.write("study.json", R"({"arms":[{"answers":[]}]})");
  expect_parts(error_of(base::ErrorKind::kData, [&] { add_training_seconds(file, {}); }), {"study.json"});
}

}  // namespace
}  // namespace r2rank::report
