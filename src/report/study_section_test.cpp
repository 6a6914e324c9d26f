#include "report/study_section.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

/// As the verb `study` writes it.
Json example() {
  return parse_object(R"({"format":"r2rank-study","version":1,"name":"length","title":"","question":"Longer?",
      "reference":"silent","axis":"T","metric":"ndcg@10","slates":400,"sample_seed":7,"seeds":[7],
      "arms":[{"name":"silent","model":"a","eval":{},"x":4,"training_seconds":0,"training_slates":null,
        "commands":["r2rank eval"]},{"name":"long","model":"b","eval":{},"x":64,"training_seconds":720,
        "training_slates":90,"commands":["r2rank train","r2rank eval"],"notes":{"perplexity":12.5}}],
      "table":{"protocol":"loo","slates_hash":"0123","users":400,"rows":[
        {"scorer":"silent","metrics":{"ndcg@10[loo]":{"mean":0.5,"lo":0.4,"hi":0.6}},"tokens_per_slate":90},
        {"scorer":"long","metrics":{"ndcg@10[loo]":{"mean":0.55,"lo":0.45,"hi":0.65}},
         "tokens_per_slate":900.123456}],
      "paired":[{"a":"long","b":"silent","metrics":{"ndcg@10[loo]":{"mean":0.05,"lo":-0.01,"hi":0.11,"p":0.2,
        "p_permutation":0.1,"p_holm":0.1}}}]},
      "slices":[{"title":"history","metric":"ndcg@10","reference":"silent","seed":7,"columns":[
        {"name":"short","protocol":"loo","slates_hash":"0123","users":150,"slates":150},
        {"name":"long","protocol":"loo","slates_hash":"0123","users":0,"slates":0}],
       "rows":[{"scorer":"silent","cells":[{"mean":0.5,"lo":0.4,"hi":0.6},null]},
        {"scorer":"long","cells":[{"mean":0.6,"lo":0.5,"hi":0.7,"to_reference":{"mean":0.1,"lo":0,"hi":0.2,
         "p_bootstrap":0.1,"p_permutation":0.04,"p_holm":0.04}},null]}]}],"more":"unknown"})",
                      "example");
}

struct StudySection : ::testing::Test {
  TemporaryFolder folder;
  Json of(const Json& study) const { return study_json(folder.write("study.json", study.dump())); }
  std::string refusal(const Json& study) const {
    return error_of(base::ErrorKind::kData, [&] { of(study); });
  }
};

TEST_F(StudySection, TakesTheFiguresOfItsArmsFromTheTable) {
  const Json study = of(example());
  EXPECT_EQ(study["title"], "length");
  EXPECT_EQ(study["question"], "Longer?");
  EXPECT_EQ(study["protocol"], "loo");
  EXPECT_EQ(study["slates_hash"], "0123");
  EXPECT_FALSE(study.contains("more"));
  EXPECT_TRUE(study["arms"][0]["paired"].is_null());
  const Json& arm = study["arms"][1];
  EXPECT_EQ(arm["mean"], 0.55);
  EXPECT_EQ(arm["seconds"], 720);
  EXPECT_EQ(arm["tokens_per_slate"], 900.12);
  EXPECT_EQ(arm["users"], 400);
  EXPECT_EQ(arm["notes"].dump(), R"([["perplexity",12.5]])");
  EXPECT_TRUE(study["arms"][0]["notes"].empty());
  EXPECT_EQ(arm["paired"]["to"], "silent");
  EXPECT_EQ(arm["paired"]["p"], 0.1);
  EXPECT_EQ(study_json(folder.path())["name"], "length");
}

TEST_F(StudySection, PutsPlacesFarApartOnALogarithm) {
  Json study = example();
  EXPECT_EQ(of(study)["axis"].dump(), R"({"label":"T","scale":"log"})");
  study["arms"][1]["x"] = 8;
  EXPECT_EQ(of(study)["axis"]["scale"], "linear");
  study["arms"][0]["x"] = 0;
  study["arms"][1]["x"] = 64;
  EXPECT_EQ(of(study)["axis"]["scale"], "linear");
}

TEST_F(StudySection, WithoutPlacesComparesArms) {
  Json study = example();
  study["arms"][0].erase("x");
  EXPECT_EQ(of(study)["axis"].dump(), R"({"label":"arm","scale":"category"})");
  EXPECT_EQ(of(study)["arms"][0]["x"], "silent");
}

TEST_F(StudySection, AnArmWithoutAPlaceStandsBesideTheLine) {
  Json study = example();
  study["arms"].push_back(study["arms"][1]);
  study["arms"][2]["name"] = "other";
  study["arms"][2].erase("x");
  study["table"]["rows"].push_back(study["table"]["rows"][1]);
  study["table"]["rows"][2]["scorer"] = "other";
  const Json found = of(study);
  EXPECT_EQ(found["axis"].dump(), R"({"label":"T","scale":"log"})");
  EXPECT_EQ(found["arms"][1]["x"], 64);
  EXPECT_EQ(found["arms"][2]["x"], "other");
}

TEST_F(StudySection, HasThePlansOwnPairsApart) {
  Json study = example();
  EXPECT_TRUE(of(study)["pairs"].empty());
  study["table"]["paired"].push_back(study["table"]["paired"][0]);
  study["table"]["paired"][1]["b"] = "third";
  const Json found = of(study);
  EXPECT_EQ(found["arms"][1]["paired"]["to"], "silent");
  EXPECT_EQ(found["pairs"].dump(),
            R"([{"arm":"long","to":"third","mean":0.05,"lo":-0.01,"hi":0.11,"p":0.1,"p_holm":0.1}])");
}

TEST_F(StudySection, SaysWhetherATrainedArmHasOneTraining) {
  Json study = example();
  EXPECT_EQ(of(study)["one_training"], true);
  study["seeds"] = {7, 8, 9};
  EXPECT_EQ(of(study)["one_training"], false) << "though the table has one of seeds that came to the same";
}

TEST_F(StudySection, ShowsSlices) {
  const Json slice = of(example())["slices"][0];
  EXPECT_EQ(slice["title"], "history");
  EXPECT_EQ(slice["columns"][0].dump(), R"({"name":"short","protocol":"loo","users":150})");
  EXPECT_EQ(slice["rows"][1]["cells"][0]["to_reference"].dump(), R"({"mean":0.1,"p_holm":0.04})");
  EXPECT_TRUE(slice["rows"][1]["cells"][1].is_null());
  Json study = example();
  study["slices"][0]["rows"][0]["cells"].erase(1);
  expect_parts(refusal(study), {"study.json", "2 cells", "'history'"});
  study.erase("slices");
  EXPECT_TRUE(of(study)["slices"].empty());
}

TEST_F(StudySection, OthersAreRefusedWithTheFile) {
  Json study = example();
  study["version"] = 2;
  expect_parts(refusal(study), {"study.json", "version"});
  study = example();
  study["arms"][0]["x"] = "far";
  expect_parts(refusal(study), {"study.json"});
  study = example();
  study["table"]["rows"].erase(1);
  expect_parts(refusal(study), {"study.json", "'long'"});
  study = example();
  study["table"]["rows"][0]["metrics"].erase("ndcg@10[loo]");
  expect_parts(refusal(study), {"study.json", "ndcg@10"});
  study = example();
  study.erase("table");
  expect_parts(refusal(study), {"study.json", "table"});
}

}  // namespace
}  // namespace r2rank::report
