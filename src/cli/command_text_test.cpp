#include "cli/command_text.h"

#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

struct CommandText : ::testing::Test {
  std::string dataset, name = "model";
  std::vector<std::string> baselines = {"random"};
  int64_t seed = 7;
  double share = 0.5;
  bool beyond = false;
  base::ConfigFields fields;

  void SetUp() override {
    fields.add("dataset", dataset, "");
    fields.add("name", name, "");
    fields.add("baselines", baselines, "");
    fields.add("baseline_seed", seed, "");
    fields.add("share", share, "");
    fields.add("beyond", beyond, "");
  }
};

TEST_F(CommandText, SaysWhatWasGivenAndNothingElse) {
  EXPECT_EQ(command_text("eval", fields), "r2rank eval");
  fields.set("dataset", "data/my shop");
  fields.set("baselines", "random,popularity");
  fields.set("baseline_seed", "8");
  fields.set("share", "0.25");
  fields.set("beyond", "true");
  EXPECT_EQ(
      command_text("eval", fields),
      "r2rank eval --dataset 'data/my shop' --baselines random,popularity --baseline-seed 8 --share 0.25 "
      "--beyond");
}

TEST_F(CommandText, AnEmptyValueAndASwitchThatIsOffAreWrittenToo) {
  fields.set("baselines", "");
  fields.set("beyond", "false");
  EXPECT_EQ(command_text("eval", fields), "r2rank eval --baselines '' --no-beyond");
}

}  // namespace
}  // namespace r2rank::cli
