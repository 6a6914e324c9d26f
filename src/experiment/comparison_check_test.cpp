#include "experiment/comparison_check.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/test_comparing.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using testing::Comparing;

// What check_plan() refuses is tested where plans are read: comparison_plan_test.cpp.

TEST_F(Comparing, LooksForEveryInputBeforeTheFirstRow) {
  plan_.datasets.push_back(plan_.datasets[0]);
  plan_.datasets.back().name = "absent";
  plan_.datasets.back().import = {{"interactions", (folder_ / "absent.csv").string()}};
  EXPECT_THROW(run(), base::Error);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  plan_.datasets.pop_back();
  plan_.rows.push_back(row("llm-verdict"));
  plan_.rows.back().settings = {{"model", (folder_ / "absent.gguf").string()}};
  EXPECT_THROW(run(), base::Error);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(Comparing, SaysOfWhichDataSetOrRowAnInputIsMissing) {
  const auto refusal = [&] {
    try {
      check_inputs(plan_);
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(), "");
  plan_.rows.push_back(row("llm-verdict"));
  EXPECT_NE(refusal().find("row 'llm-verdict'"), std::string::npos) << refusal();
  plan_.datasets[0].import = {{"interactions", (folder_ / "absent.csv").string()}};
  EXPECT_NE(refusal().find("data set groups"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace r2rank::experiment
