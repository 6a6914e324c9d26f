#include "report/study_section.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

Json example() {
  return parse_object(R"({"format":"r2rank-study","version":1,"name":"reasoning-length","title":"Length",
      "question":"Does it help?","metric":"ndcg@10","axis":{"label":"T","scale":"log"},"command":"r2rank study",
      "arms":[{"name":"T=16","series":"rl","x":16,"mean":0.5,"lo":0.4,"hi":0.6,"users":400,"seconds":720,
      "tokens_per_slate":900.123456,"paired":{"to":"silent","mean":0.01,"lo":-0.02,"hi":0.04,"p":0.3,
      "p_holm":0.6},"note":"cut"}],"notes":["one seed"],"more":"unknown"})",
                      "example");
}

struct StudySection : ::testing::Test {
  TemporaryFolder folder;
  Json of(const Json& study) const { return study_json(folder.write("study.json", study.dump())); }
  std::string refusal(const Json& study) const {
    return error_of(base::ErrorKind::kData, [&] { of(study); });
  }
};

TEST_F(StudySection, TakesWhatIsSpecifiedAndLeavesTheRest) {
  const Json study = of(example());
  EXPECT_EQ(study["title"], "Length");
  EXPECT_EQ(study["arms"][0]["tokens_per_slate"], 900.12);
  EXPECT_EQ(study["arms"][0]["paired"]["p_holm"], 0.6);
  EXPECT_EQ(study["notes"][0], "one seed");
  EXPECT_EQ(study["conclusion"], "");
  EXPECT_FALSE(study.contains("more"));
  EXPECT_EQ(study_json(folder.path())["name"], "reasoning-length");
}

TEST_F(StudySection, ArmsMayLackAllButNamePlaceAndMean) {
  Json study = example();
  study["arms"][0] = {{"name", "a"}, {"x", 2}, {"mean", 0.25}};
  EXPECT_TRUE(of(study)["arms"][0]["lo"].is_null());
  EXPECT_TRUE(of(study)["arms"][0]["paired"].is_null());
  study["axis"]["scale"] = "category";
  study["arms"][0]["x"] = "none";
  EXPECT_EQ(of(study)["arms"][0]["x"], "none");
}

TEST_F(StudySection, OthersAreRefusedWithTheFile) {
  Json study = example();
  study["version"] = 2;
  expect_parts(refusal(study), {"study.json", "version"});
  study = example();
  study["axis"]["scale"] = "wide";
  expect_parts(refusal(study), {"study.json", "wide"});
  study = example();
  study["arms"][0]["x"] = 0;
  expect_parts(refusal(study), {"study.json", "log axis"});
  study["arms"][0]["x"] = "long";
  expect_parts(refusal(study), {"study.json", "long"});
  study = example();
  study["arms"][0].erase("mean");
  expect_parts(refusal(study), {"study.json", "mean"});
}

}  // namespace
}  // namespace r2rank::report
