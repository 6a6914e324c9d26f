#include "study/step_signals.h"

#include <gtest/gtest.h>

#include "data/test_support.h"
#include "study/fake_verbs.h"

namespace r2rank::study {
namespace {

using data::testing::error_of, data::testing::expect_parts;

struct StepSignals : ::testing::Test {
  StepSignals() {
    base::write_file(input.model, "weights");
    plan.steps = {{.name = "text", .verb = "train"},
                  {.name = "hybrid", .verb = "train", .of = "text", .settings = {{"signals", "one"}}},
                  {.name = "longer", .verb = "train", .of = "hybrid", .settings = {{"signals", "one"}}},
                  {.name = "last", .verb = "train", .of = "longer", .settings = {{"signals", "one"}}}};
  }
  void check(const std::string& name) {
    StudyTasks tasks(input, dataset, split, verbs);
    check_signals(plan, plan.step(name), tasks);
  }
  std::string refusal(const std::string& name) {
    return error_of(base::ErrorKind::kUsage, [&] { check(name); });
  }

  data::testing::TemporaryFolder folder;
  data::Dataset dataset = data::testing::regular_dataset(12, 6, 30);
  data::Split split = data::make_split(dataset, {});
  testing::FakeVerbs verbs{dataset, split.test};
  StudyInput input{"data", "split", (folder.path() / "model.gguf").string(), folder.path() / "out"};
  StudyPlan plan;
};

TEST_F(StepSignals, AreTheSameFromTheFirstStepThatHasThemOn) {
  for (const char* name : {"text", "hybrid", "longer", "last"}) check(name);
}

TEST_F(StepSignals, OfAnotherFolderOrNoneAreRefusedWithTheStepThatBegan) {
  plan.steps[3].settings = {{"signals", "two"}};
  expect_parts(refusal("last"), {"'hybrid'", "the signals one", "found two"});
  plan.steps[3].settings = {};
  expect_parts(refusal("last"), {"'hybrid'", "found none"});
  plan.steps[3].verb = "sft";
  expect_parts(refusal("last"), {"found none"});
  plan.steps[3] = {.name = "last",
                   .verb = "train",
                   .of = "longer",
                   .settings = {{"signals", "one"}, {"signal_use", "teach"}}};
  expect_parts(refusal("last"), {"signal_use = teach"});
}

TEST_F(StepSignals, OfATeacherAreForgotten) {
  plan.steps[0].settings = {{"signals", "two"}, {"signal_use", "teach"}};
  check("hybrid");
}

TEST_F(StepSignals, MayBeCommonToAllSteps) {
  for (auto& step : plan.steps) step.settings = {};
  plan.common = {{"signals", "one"}};
  for (const char* name : {"text", "hybrid", "longer", "last"}) check(name);
}

}  // namespace
}  // namespace r2rank::study
