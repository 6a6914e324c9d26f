#include "experiment/comparison_places.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/test_comparing.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using testing::Comparing, testing::log_text;

TEST_F(Comparing, MakesEverythingAnewWhenTheLogHoldsSomethingElse) {
  run();
  base::write_file(folder_ / "log.csv", log_text() + "u0,i5,1\nu0,i6,2\nu0,i7,3\nu0,i8,4\n");
  EXPECT_EQ(reused(run()), (std::vector<bool>{false, false, false}));
  EXPECT_EQ(reused(run()), (std::vector<bool>{true, true, true}));
}

TEST_F(Comparing, KeepsWhatTheCheckOfTheDataFound) {
  const auto result = run();
  ASSERT_EQ(result.places.size(), 1U);
  EXPECT_FALSE(result.places[0].findings.empty());
  const fs::path kept = folder_ / "out" / "groups" / "check.json";
  ASSERT_TRUE(fs::exists(kept));
  base::write_file(kept, R"([{"name":"x","verdict":"failure","count":1,"of":1,"text":"a leak"}])");
  EXPECT_THROW(run(), base::Error) << "figures on such a split would be wrong";
}

TEST_F(Comparing, KeysADataSetByItsDefaultsToo) {
  FileIdentities files;
  base::write_file(folder_ / "log.csv", log_text());
  DatasetPlan plan{"groups", {{"interactions", (folder_ / "log.csv").string()}}, {{"negatives", "uniform"}}};
  const std::string key = dataset_key(plan, files);
  EXPECT_NE(key.find("\"min_history\""), std::string::npos) << key;
  plan.split.emplace_back("min_history", std::to_string(data::SplitConfig{}.min_history));
  EXPECT_EQ(dataset_key(plan, files), key) << "a default that is given is the same setting";
  plan.split.back().second = "17";
  EXPECT_NE(dataset_key(plan, files), key);
}

TEST_F(Comparing, TouchesNothingInAFolderOfSomethingElse) {
  const fs::path foreign = folder_ / "out" / "groups" / "data" / "precious.txt";
  fs::create_directories(foreign.parent_path());
  base::write_file(foreign, "x");
  EXPECT_THROW(run(), base::Error);
  EXPECT_EQ(base::read_file(foreign), "x");
  EXPECT_FALSE(fs::exists(folder_ / "out" / "comparison.json"));
}

}  // namespace
}  // namespace r2rank::experiment
