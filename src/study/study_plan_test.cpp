#include "study/study_plan.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::study {
namespace {

constexpr const char* kSteps =
    "[[step]]\nname = 'start'\nverb = 'train'\nsettings = { stage = 'silent', minutes = 2, lora_targets = ['q_proj', "
    "'v_proj'] }\n"
    "[[step]]\nname = 'rl'\nverb = 'train'\nof = 'start'\n";
constexpr const char* kArms =
    "[[arm]]\nname = 'plain'\nmodel = 'base'\n[[arm]]\nname = 'RL'\nmodel = 'rl'\n"
    "eval = { rationales = 2, beyond = true }\nx = 2\n";

class Plan : public ::testing::Test {
 protected:
  StudyPlan read(const std::string& text) { return read_study(folder_.write("reasons.toml", text)); }
  std::string refusal(const std::string& text) {
    return data::testing::error_of(base::ErrorKind::kUsage, [&] { read(text); });
  }
  void expect_refused(const std::string& text, std::initializer_list<std::string> parts) {
    data::testing::expect_parts(refusal(text), parts);
  }

  data::testing::TemporaryFolder folder_;
  const std::string steps_ = kSteps, arms_ = kArms;
};

TEST_F(Plan, HoldsEverythingThatAStudySays) {
  const StudyPlan plan = read(
      "title = 'Reasons'\nquestion = 'Why?'\nreference = 'plain'\naxis = 'rationales'\n"
      "metric = 'mrr'\nmetrics = ['hr@1']\nslices = ['cold']\nslates = 50\nsample_seed = 3\nseeds = [7, 8]\n" +
      steps_ + arms_);
  EXPECT_EQ(plan.name, "reasons");
  EXPECT_EQ(plan.title, "Reasons");
  EXPECT_EQ(plan.question, "Why?");
  EXPECT_EQ(plan.reference, "plain");
  EXPECT_EQ(plan.axis, "rationales");
  EXPECT_EQ(plan.metric, "mrr");
  EXPECT_EQ(plan.metrics, std::vector<std::string>{"hr@1"});
  EXPECT_EQ(plan.slices, std::vector<std::string>{"cold"});
  EXPECT_EQ(plan.slates, 50);
  EXPECT_EQ(plan.sample_seed, 3);
  EXPECT_EQ(plan.seeds, (std::vector<int64_t>{7, 8}));
  ASSERT_EQ(plan.steps.size(), 2U);
  EXPECT_EQ(plan.step("start").verb, "train");
  EXPECT_EQ(plan.step("start").settings,
            (Settings{{"lora_targets", "q_proj,v_proj"}, {"minutes", "2"}, {"stage", "silent"}}));
  EXPECT_EQ(plan.step("rl").of, "start");
  ASSERT_EQ(plan.arms.size(), 2U);
  EXPECT_EQ(plan.arms[0].model, kBaseModel);
  EXPECT_EQ(plan.arms[1].settings, (Settings{{"beyond", "true"}, {"rationales", "2"}}));
  EXPECT_EQ(plan.arms[1].x, 2);
  EXPECT_FALSE(plan.arms[0].x.has_value());
}

TEST_F(Plan, NeedsNoMoreThanAnArm) {
  const StudyPlan plan = read("[[arm]]\nname = 'popularity'\neval = { baselines = 'popularity' }\n");
  EXPECT_EQ(plan.metric, "ndcg@10");
  EXPECT_EQ(plan.slates, 400);
  EXPECT_EQ(plan.seeds, std::vector<int64_t>{7});
  EXPECT_EQ(plan.arms[0].model, "");
}

TEST_F(Plan, MayUseTheStepsOfAnotherFile) {
  folder_.write("common.toml", steps_);
  const StudyPlan plan =
      read("include = ['common.toml']\n[[step]]\nname = 'more'\nverb = 'train'\nof = 'rl'\n" + arms_);
  EXPECT_EQ(plan.steps.size(), 3U);
  EXPECT_NE(plan.steps[0].place.find("common.toml"), std::string::npos);
}

TEST_F(Plan, HasSettingsForAllOfWhichItsOwnWin) {
  folder_.write("common.toml", "[common]\ndtype = 'f32'\nhistory_items = 5\n");
  const StudyPlan plan =
      read("include = ['common.toml']\n" + arms_.substr(0, arms_.find("[[arm]]\nname = 'RL'")) +
           "[common]\nhistory_items = 3\n");
  EXPECT_EQ(plan.common, (Settings{{"dtype", "f32"}, {"history_items", "3"}}));
  expect_refused("[common]\nseed = 3\n[[arm]]\nname = 'a'\n",
                 {"line 2 of", "'seed' is set by the study itself"});
}

TEST_F(Plan, ThatIsWrongIsRefusedWithItsLine) {
  expect_refused(steps_, {"reasons.toml", "at least one [[arm]]"});
  expect_refused("titel = 'x'\n" + arms_, {"line 1 of", "titel"});
  expect_refused("slates = -1\n[[arm]]\nname = 'a'\n", {"line 1 of", "slates"});
  expect_refused("slices = ['warm']\n[[arm]]\nname = 'a'\n", {"line 1 of", "warm"});
  expect_refused("seeds = [7, 7]\n[[arm]]\nname = 'a'\n", {"seeds", "7"});
  expect_refused("seeds = [-1]\n[[arm]]\nname = 'a'\n", {"seeds", "-1"});
  expect_refused("seeds = ['x']\n[[arm]]\nname = 'a'\n", {"seeds", "x"});
  expect_refused("reference = 'b'\n[[arm]]\nname = 'a'\n", {"reference = 'b'", "no such arm"});
  expect_refused("[[arm]]\nname = 'a'\nmodel = 'rl'\n", {"line 1 of", "'rl'", "there is none"});
  expect_refused(steps_ + "[[arm]]\nname = 'a'\nmodel = 'lr'\n", {"'lr'", "start, rl"});
  expect_refused("[[arm]]\nname = 'a'\n[[arm]]\nname = 'a'\n", {"line 3 of", "an arm 'a' already"});
  expect_refused("[[arm]]\nname = 'a/b'\n", {"'a/b'", "without '/'"});
  expect_refused("[[arm]]\nmodel = 'base'\n", {"expected a name"});
  expect_refused("[[arm]]\nname = 'a'\nx = 'two'\n", {"line 3 of", "x (a number)"});
  expect_refused("[[arm]]\nname = 'a'\neval = { model = 'x' }\n", {"'model' is set by the study itself"});
  expect_refused("[[arm]]\nname = 'a'\neval = 3\n", {"line 3 of", "a table [arm.eval]"});
}

TEST_F(Plan, NamesFurtherPairsOfArms) {
  const std::string arms = "[[arm]]\nname = 'a'\n[[arm]]\nname = 'b'\n[[arm]]\nname = 'as long, c'\n";
  const StudyPlan plan = read("reference = 'a'\npairs = [['b', 'as long, c']]\n" + arms);
  EXPECT_EQ(plan.pairs, (std::vector<std::pair<std::string, std::string>>{{"b", "as long, c"}}));
  expect_refused("pairs = 'a'\n" + arms, {"line 1 of", "a list of lists of two arms"});
  expect_refused("pairs = ['a', 'b']\n" + arms, {"line 1 of", "lists of two arms"});
  expect_refused("pairs = [['a', 'b', 'b']]\n" + arms, {"line 1 of", "lists of two arms"});
  expect_refused("pairs = [['a', 'd']]\n" + arms, {"line 1 of", "no arm 'd'"});
  expect_refused("pairs = [['a', 3]]\n" + arms, {"line 1 of", "no arm ''"});
  expect_refused("pairs = [['a', 'a']]\n" + arms, {"'a' and 'a'"});
  expect_refused("pairs = [['a', 'b'], ['b', 'a']]\n" + arms, {"not tested against each other anyway"});
  expect_refused("reference = 'a'\npairs = [['b', 'a']]\n" + arms, {"not tested against each other anyway"});
}

TEST_F(Plan, RefusesStepsThatCannotBeMade) {
  const std::string arm = "[[arm]]\nname = 'a'\n";
  expect_refused("[[step]]\nname = 's'\n" + arm, {"line 1 of", "step 's' lacks 'verb'"});
  expect_refused("[[step]]\nname = 'base'\nverb = 'train'\n" + arm, {"a step 'base' already"});
  expect_refused(steps_ + "[[step]]\nname = 'rl'\nverb = 'train'\n" + arm, {"a step 'rl' already"});
  expect_refused("[[step]]\nname = 's'\nverb = 'train'\nof = 's'\n" + arm, {"an earlier step", "'s'"});
  expect_refused("[[step]]\nname = 's'\nverb = 'sft'\nsettings = { rationale_set = '@w' }\n" + arm,
                 {"line 4 of", "an earlier step", "'w'"});
  expect_refused("[[step]]\nname = 's'\nverb = 'combine'\nsettings = { scorers = ['a', 'ours=@w'] }\n" + arm,
                 {"line 4 of", "an earlier step", "'w'"});
  expect_refused("[[step]]\nname = 's'\nverb = 'combine'\nsettings = { scorers = ['my text=@w'] }\n" + arm,
                 {"line 4 of", "'my text=@w'", "LABEL=@STEP"});
  expect_refused("[[step]]\nname = 's'\nverb = 'combine'\nsettings = { scorers = '@w,@v' }\n" + arm,
                 {"line 4 of", "expected a list", "'@w,@v'"});
  expect_refused("[[step]]\nname = 'a,b'\nverb = 'train'\n" + arm, {"without ','", "'a,b'"});
  expect_refused("[[step]]\nname = 's'\nverb = 'train'\nsettings = { seed = 3 }\n" + arm,
                 {"line 4 of", "'seed' is set by the study itself"});
  expect_refused("[[step]]\nname = 's'\nverb = 'train'\nsettings = { a = { b = 1 } }\n" + arm, {"line 4 of"});
  folder_.write("common.toml", "title = 'x'\n");
  expect_refused("include = ['common.toml']\n" + arm,
                 {"common.toml", "nothing but [common] and [[step]]", "title"});
}

TEST_F(Plan, OfAFolderAreThoseThatHaveArms) {
  const base::Path folder = folder_.path() / "studies";
  base::write_file(folder / "b.toml", arms_);
  base::write_file(folder / "a.toml", arms_);
  base::write_file(folder / "common.toml", steps_);
  base::write_file(folder / "notes.md", "x");
  EXPECT_EQ(study_files(folder), (std::vector<base::Path>{folder / "a.toml", folder / "b.toml"}));
  EXPECT_EQ(study_files(folder / "b.toml"), std::vector<base::Path>{folder / "b.toml"});
  std::filesystem::create_directories(folder_.path() / "empty");
  data::testing::expect_parts(
      data::testing::error_of(base::ErrorKind::kUsage, [&] { study_files(folder_.path() / "empty"); }),
      {"[[arm]]", "found none"});
}

}  // namespace
}  // namespace r2rank::study
