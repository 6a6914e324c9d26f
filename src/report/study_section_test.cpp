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

/// As the verb `study` writes it.
Json study_folder() {
  return parse_object(R"({"format":"r2rank-study","version":1,"name":"length","title":"","question":"Longer?",
      "reference":"silent","axis":"T","metric":"ndcg@10","slates":400,"sample_seed":7,"seeds":[7],
      "arms":[{"name":"silent","model":"a","eval":{},"x":4,"training_seconds":0,"training_slates":null,
        "commands":["r2rank eval"]},{"name":"long","model":"b","eval":{},"x":64,"training_seconds":720,
        "training_slates":90,"commands":["r2rank train","r2rank eval"]}],
      "table":{"protocol":"loo","slates_hash":"0123","users":400,"rows":[
        {"scorer":"silent","metrics":{"ndcg@10[loo]":{"mean":0.5,"lo":0.4,"hi":0.6}},"tokens_per_slate":90},
        {"scorer":"long","metrics":{"ndcg@10[loo]":{"mean":0.55,"lo":0.45,"hi":0.65}},"tokens_per_slate":900}],
      "paired":[{"a":"long","b":"silent","metrics":{"ndcg@10[loo]":{"mean":0.05,"lo":-0.01,"hi":0.11,"p":0.2,
        "p_permutation":0.1,"p_holm":0.1}}}]}})",
                      "study");
}

TEST_F(StudySection, OfAStudyFolderTakesTheFiguresFromItsTable) {
  const Json study = of(study_folder());
  EXPECT_EQ(study["title"], "length");
  EXPECT_EQ(study["axis"].dump(), R"({"label":"T","scale":"log"})");
  EXPECT_EQ(study["protocol"], "loo");
  EXPECT_TRUE(study["arms"][0]["paired"].is_null());
  const Json& arm = study["arms"][1];
  EXPECT_EQ(arm["mean"], 0.55);
  EXPECT_EQ(arm["seconds"], 720);
  EXPECT_EQ(arm["paired"]["to"], "silent");
  EXPECT_EQ(arm["paired"]["p"], 0.1);
}

TEST_F(StudySection, OfAStudyFolderWithoutPlacesComparesArms) {
  Json study = study_folder();
  study["arms"][0].erase("x");
  EXPECT_EQ(of(study)["axis"]["scale"], "category");
  EXPECT_EQ(of(study)["arms"][0]["x"], "silent");
  study["table"]["rows"].erase(1);
  expect_parts(refusal(study), {"study.json", "'long'"});
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
