#include "study/study.h"

#include <gtest/gtest.h>

#include "data/test_support.h"
#include "study/fake_verbs.h"

namespace r2rank::study {
namespace {

class RunStudy : public ::testing::Test {
 protected:
  RunStudy() {
    base::write_file(input_.model, "weights");
    plan_.name = "reasons";
    plan_.reference = "plain";
    plan_.metrics = {"hr@10"};
    plan_.slates = 8;
    plan_.steps = {
        {.name = "start", .verb = "train", .settings = {{"stage", "silent"}}, .place = "line 1 of x"},
        {.name = "rl",
         .verb = "train",
         .of = "start",
         .settings = {{"stage", "rl"}},
         .place = "line 5 of x"}};
    plan_.arms = {{.name = "plain", .model = "base", .place = "line 9 of x"},
                  {.name = "silent", .model = "start", .place = "line 12 of x"},
                  {.name = "RL", .model = "rl", .settings = {{"rationales", "1"}}, .place = "line 15 of x"}};
  }

  StudyResult run() {
    StudyTasks tasks(input_, dataset_, split_, verbs_);
    check_study(plan_, input_, tasks, verbs_);
    return run_study(plan_, tasks, verbs_);
  }
  std::string error(base::ErrorKind kind) {
    return data::testing::error_of(kind, [&] { run(); });
  }
  std::string described() {
    StudyTasks tasks(input_, dataset_, split_, verbs_);
    return describe_study(plan_, tasks);
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = data::testing::regular_dataset(12, 6, 30);
  data::Split split_ = data::make_split(dataset_, {});
  testing::FakeVerbs verbs_{dataset_, split_.test};
  StudyInput input_{"data", "split", (folder_.path() / "model.gguf").string(), folder_.path() / "out"};
  StudyPlan plan_;
};

TEST_F(RunStudy, MakesEachStepOnceAndAsksEveryArm) {
  const StudyResult result = run();
  EXPECT_EQ(verbs_.calls.size(), 5U) << "two steps, three arms";
  ASSERT_EQ(result.table.rows.size(), 3U);
  EXPECT_EQ(result.table.rows[0].scorer, "plain");
  EXPECT_EQ(result.table.rows[2].scorer, "RL");
  EXPECT_EQ(result.table.metrics, (std::vector<std::string>{"ndcg@10", "hr@10"}));
  EXPECT_EQ(result.table.slates, 8);
  ASSERT_EQ(result.table.pairs.size(), 2U);
  EXPECT_EQ(result.table.pairs[0].a, "silent");
  EXPECT_EQ(result.table.pairs[0].b, "plain");
}

TEST_F(RunStudy, TestsFurtherPairsOfArmsInOneFamily) {
  plan_.pairs = {{"RL", "silent"}};
  const StudyResult result = run();
  ASSERT_EQ(result.table.pairs.size(), 3U);
  EXPECT_EQ(result.table.pairs[2].a, "RL");
  EXPECT_EQ(result.table.pairs[2].b, "silent");
  EXPECT_NEAR(result.table.pairs[2].tests[0].difference.mean,
              result.table.rows[2].metrics[0].mean - result.table.rows[1].metrics[0].mean, 1e-12);
  EXPECT_NE(result.table.test_method().find("3 pairs"), std::string::npos) << result.table.test_method();
}

TEST_F(RunStudy, TellsPartsOfTheSlatesWhereAsked) {
  plan_.slices = {"history", "cold"};
  const StudyResult result = run();
  ASSERT_EQ(result.slices.size(), 2U);
  EXPECT_EQ(result.slices[0].rows.size(), 3U);
  int64_t slates = 0;
  for (const auto& column : result.slices[0].columns) slates += column.slates;
  EXPECT_EQ(slates, 8);
}

TEST_F(RunStudy, CountsWhatAModelAndItsAncestorsTook) {
  const StudyResult result = run();
  EXPECT_EQ(result.arms[0].training_seconds, 0);
  EXPECT_EQ(result.arms[1].training_seconds, 60);
  EXPECT_EQ(result.arms[2].training_seconds, 120);
  EXPECT_EQ(result.arms[2].training_slates, 200);
  EXPECT_EQ(result.arms[2].commands.size(), 3U);
  EXPECT_EQ(result.arms[0].commands.size(), 1U);
}

TEST_F(RunStudy, DoesNothingTheSecondTime) {
  const StudyResult first = run();
  verbs_.calls.clear();
  const StudyResult second = run();
  EXPECT_TRUE(verbs_.calls.empty());
  for (size_t i = 0; i < 3; ++i)
    EXPECT_EQ(second.table.rows[i].metrics[0].mean, first.table.rows[i].metrics[0].mean);
  EXPECT_EQ(second.arms[2].training_seconds, 120);
}

TEST_F(RunStudy, GoesOnWhereItWasStopped) {
  verbs_.before = [&](const std::string& verb) {
    if (verb == "train" && verbs_.calls.size() > 3)
      base::fail(base::ErrorKind::kInterrupted, "train", "stopped at step 5");
  };
  data::testing::expect_parts(error(base::ErrorKind::kInterrupted),
                              {"step 'rl'", "the same command goes on"});
  verbs_.before = nullptr;
  verbs_.calls.clear();
  run();
  EXPECT_EQ(verbs_.calls.size(), 2U) << "RL's step and its answers";
}

TEST_F(RunStudy, TrainsEverySeedAndAsksTheBaseModelOnce) {
  plan_.seeds = {7, 8};
  const StudyResult result = run();
  EXPECT_EQ(verbs_.calls.size(), 1U + 4 + 4) << "base model; two steps and two arms with two seeds";
  EXPECT_EQ(result.table.rows[0].seeds, 1);
  EXPECT_EQ(result.table.rows[2].seeds, 2);
  EXPECT_EQ(result.arms[2].training_seconds, 120) << "a mean over seeds";
  EXPECT_EQ(result.arms[2].commands.size(), 3U) << "of the first seed";
}

TEST_F(RunStudy, CountsSeedsThatChangeNothingOnce) {
  plan_.seeds = {7, 8};
  plan_.steps.push_back({.name = "ease", .verb = "baseline train", .settings = {{"method", "ease"}}});
  plan_.arms.push_back({.name = "EASE", .settings = {{"scorers", "@ease"}}});
  const StudyResult result = run();
  EXPECT_EQ(result.table.rows[3].scorer, "EASE");
  EXPECT_EQ(result.table.rows[3].seeds, 1) << "two baselines with equal scores";
  EXPECT_EQ(result.table.rows[2].seeds, 2);
}

TEST_F(RunStudy, NotesInWhichTypeAStepComputed) {
  run();
  StudyTasks tasks(input_, dataset_, split_, verbs_);
  base::Path note = tasks.step_task(plan_, plan_.steps[0], 7).folder;
  note += ".json";
  EXPECT_NE(base::read_file(note).find(R"("dtype": "f32")"), std::string::npos);
}

TEST_F(RunStudy, RefusesEverythingWrongBeforeItStarts) {
  plan_.arms[2].settings.emplace_back("rationals", "2");
  data::testing::expect_parts(error(base::ErrorKind::kUsage), {"arm 'RL'", "line 15 of x", "rationals"});
  plan_.arms[2].settings.pop_back();
  plan_.steps[1].verb = "trian";
  data::testing::expect_parts(error(base::ErrorKind::kUsage), {"step 'rl'", "line 5 of x", "trian"});
  plan_.steps[1].verb = "eval";
  data::testing::expect_parts(error(base::ErrorKind::kUsage), {"step 'rl'", "'eval'"});
  plan_.steps[1].verb = "baseline train";
  data::testing::expect_parts(error(base::ErrorKind::kUsage),
                              {"step 'rl'", "'baseline train'", "leave 'of' out"});
  plan_.steps[1].verb = "distill";
  plan_.steps[1].settings = {};
  data::testing::expect_parts(error(base::ErrorKind::kUsage),
                              {"step 'rl'", "source = teacher", "leave 'of' out"});
  plan_.steps[1].verb = "train";
  std::filesystem::remove(input_.model);
  data::testing::expect_parts(error(base::ErrorKind::kIo), {"model.gguf", "no such file"});
  EXPECT_TRUE(verbs_.calls.empty());
}

TEST_F(RunStudy, RefusesAStepWithOtherSignalsThanTheOneItGoesOnFrom) {
  plan_.steps[0].settings.emplace_back("signals", "one");
  plan_.steps[1].settings.emplace_back("signals", "two");
  data::testing::expect_parts(error(base::ErrorKind::kUsage), {"step 'rl'", "line 5 of x", "'start'"});
  EXPECT_TRUE(verbs_.calls.empty());
}

TEST_F(RunStudy, NamesTheStepThatFailed) {
  verbs_.before = [](const std::string& verb) {
    if (verb == "eval") base::fail_data("eval", "the model is damaged");
  };
  data::testing::expect_parts(error(base::ErrorKind::kData),
                              {"arm 'plain'", "line 9 of x", "the model is damaged"});
}

TEST_F(RunStudy, IsDescribedBeforeAndAfter) {
  const std::string before = described();
  EXPECT_NE(before.find("reasons: step start (train, seed 7): to be made"), std::string::npos) << before;
  EXPECT_NE(before.find("reasons: arm RL: to be asked"), std::string::npos) << before;
  run();
  const std::string after = described();
  EXPECT_EQ(after.find("to be"), std::string::npos) << after;
  EXPECT_NE(after.find("step rl (train, seed 7): found"), std::string::npos) << after;
}

}  // namespace
}  // namespace r2rank::study
