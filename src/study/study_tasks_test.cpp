#include "study/study_tasks.h"

#include <gtest/gtest.h>

#include <set>

#include "data/test_support.h"
#include "rollout/signal_set.h"
#include "study/fake_verbs.h"

namespace r2rank::study {
namespace {

class Tasks : public ::testing::Test {
 protected:
  Tasks() {
    base::write_file(input_.model, "weights");
    plan_.steps = {
        {.name = "start", .verb = "train", .settings = {{"stage", "silent"}}},
        {.name = "written", .verb = "distill", .of = "start", .settings = {{"source", "self"}}},
        {.name = "taught", .verb = "sft", .of = "start", .settings = {{"rationale_set", "@written"}}},
        {.name = "again", .verb = "train", .settings = {{"stage", "silent"}}}};
    plan_.arms = {{.name = "taught", .model = "taught", .settings = {{"rationales", "1"}}},
                  {.name = "plain", .model = "base"}};
  }

  StudyTasks tasks() { return StudyTasks(input_, dataset_, split_, verbs_); }
  std::string step_key(const std::string& name, int64_t seed = 7) {
    return tasks().step_task(plan_, plan_.step(name), seed).key;
  }
  std::string answers_key(size_t arm, int64_t seed = 7) {
    return tasks().answers_for(plan_, plan_.arms[arm], seed).key;
  }
  std::vector<std::string> names_for(size_t arm) {
    std::vector<std::string> names;
    for (const Task& task : tasks().steps_for(plan_, plan_.arms[arm], 7)) names.push_back(task.name);
    return names;
  }
  static std::string value_of(const Task& task, const std::string& name) {
    for (const auto& [key, text] : task.settings)
      if (key == name) return text;
    return "";
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = data::testing::regular_dataset(12, 6, 30);
  data::Split split_ = data::make_split(dataset_, {});
  testing::FakeVerbs verbs_{dataset_, split_.test};
  StudyInput input_{"data", "split", (folder_.path() / "model.gguf").string(), folder_.path() / "out"};
  StudyPlan plan_;
};

TEST_F(Tasks, ComeAfterAllThatTheyDependOnAndOnce) {
  auto all = tasks();
  std::vector<std::string> verbs;
  for (const Task& task : all.steps_for(plan_, plan_.arms[0], 7)) verbs.push_back(task.verb);
  EXPECT_EQ(verbs, (std::vector<std::string>{"train", "distill", "sft"}));
  EXPECT_TRUE(all.steps_for(plan_, plan_.arms[1], 7).empty());
}

TEST_F(Tasks, HaveTheFoldersOfOtherStepsInTheirSettings) {
  auto all = tasks();
  const auto steps = all.steps_for(plan_, plan_.arms[0], 7);
  EXPECT_EQ(value_of(steps[0], "model"), input_.model);
  EXPECT_EQ(value_of(steps[0], "resume"), "true");
  EXPECT_EQ(value_of(steps[0], "seed"), "7");
  EXPECT_EQ(value_of(steps[0], "output"), steps[0].folder.string());
  EXPECT_EQ(value_of(steps[1], "model"), steps[0].folder.string());
  EXPECT_EQ(value_of(steps[1], "resume"), "") << "distill has no such setting";
  EXPECT_EQ(value_of(steps[2], "model"), steps[0].folder.string());
  EXPECT_EQ(value_of(steps[2], "rationale_set"), steps[1].folder.string());
  const Task answers = all.answers_for(plan_, plan_.arms[0], 7);
  EXPECT_EQ(value_of(answers, "model"), steps[2].folder.string());
  EXPECT_EQ(value_of(answers, "slates"), "400");
  EXPECT_EQ(value_of(answers, "name"), plan_.arms[0].name);
  EXPECT_EQ(value_of(answers, "rationales"), "1");
}

TEST_F(Tasks, ThatAskATeacherTakeNoModel) {
  plan_.steps[1].of = "";
  for (const Settings& settings : {Settings{{"source", "teacher"}}, Settings{}}) {
    plan_.steps[1].settings = settings;
    EXPECT_FALSE(tasks().takes_model(plan_, plan_.steps[1]));
    EXPECT_EQ(value_of(tasks().step_task(plan_, plan_.steps[1], 7), "model"), "");
  }
  const std::string key = step_key("written"), taught = step_key("taught");
  base::write_file(input_.model, "other weights");
  EXPECT_EQ(step_key("written"), key) << "a teacher's rationales do not depend on the model";
  EXPECT_NE(step_key("taught"), taught);
  EXPECT_TRUE(tasks().takes_model(plan_, plan_.steps[2]));
}

TEST_F(Tasks, AreAlsoThoseThatACommonSettingNames) {
  plan_.common = {{"scorers", "@again"}};
  EXPECT_EQ(names_for(1), std::vector<std::string>{"again"});
  plan_.common = {{"rationale_set", "@written"}};
  plan_.arms[0].model = "again";
  EXPECT_EQ(names_for(0), (std::vector<std::string>{"start", "written", "again"}));
  EXPECT_EQ(value_of(tasks().step_task(plan_, plan_.step("again"), 7), "rationale_set"),
            tasks().step_task(plan_, plan_.step("written"), 7).folder.string());
}

TEST_F(Tasks, AreThoseThatAListNames) {
  plan_.steps.push_back(
      {.name = "all", .verb = "combine", .settings = {{"scorers", "ours=@taught,@again,runs/knn"}}});
  plan_.arms[1] = {.name = "combined", .settings = {{"scorers", "combined=@all"}}};
  EXPECT_EQ(names_for(1), (std::vector<std::string>{"start", "written", "taught", "all"}))
      << "'again' is 'start'";
  auto all = tasks();
  const Task combined = all.step_task(plan_, plan_.step("all"), 7);
  const auto folder = [&](const char* step) {
    return all.step_task(plan_, plan_.step(step), 7).folder.string();
  };
  EXPECT_EQ(value_of(combined, "scorers"), "ours=" + folder("taught") + "," + folder("again") + ",runs/knn");
  EXPECT_EQ(value_of(all.answers_for(plan_, plan_.arms[1], 7), "scorers"),
            "combined=" + combined.folder.string());
  const std::string key = answers_key(1);
  plan_.steps[1].settings.emplace_back("prompts", "10");
  EXPECT_NE(answers_key(1), key) << "of a step that a step in the list goes on from";
}

TEST_F(Tasks, ThatACommonSettingNamesCannotReferToThemselves) {
  plan_.common = {{"rationale_set", "@written"}};
  EXPECT_EQ(value_of(tasks().step_task(plan_, plan_.step("written"), 7), "rationale_set"), "");
  EXPECT_EQ(value_of(tasks().step_task(plan_, plan_.step("start"), 7), "rationale_set"), "")
      << "what it is made from neither";
}

TEST_F(Tasks, HaveTheComputeTypeOfTheMachineInTheirKeys) {
  const auto dtype = [&] { return value_of(tasks().step_task(plan_, plan_.step("start"), 7), "dtype"); };
  EXPECT_EQ(dtype(), "f32");
  const std::string key = step_key("start"), plain = answers_key(1);
  verbs_.dtype = "bf16";
  EXPECT_EQ(dtype(), "bf16");
  EXPECT_NE(step_key("start"), key);
  EXPECT_NE(answers_key(1), plain);
  plan_.steps[0].settings.emplace_back("dtype", "auto");
  EXPECT_EQ(dtype(), "bf16");
  plan_.steps[0].settings.back().second = "f32";
  EXPECT_EQ(dtype(), "f32");
  EXPECT_EQ(step_key("start"), key) << "the same computation, however it was asked for";
  plan_.steps[0].settings = {{"stage", "silent"}, {"device", "cuda"}};
  EXPECT_EQ(dtype(), "bf16");
}

TEST_F(Tasks, OfScorersWithoutAModelAreTheSameOnEveryMachine) {
  plan_.arms[1] = {.name = "popularity", .settings = {{"baselines", "popularity"}}};
  const std::string key = answers_key(1);
  verbs_.dtype = "bf16";
  EXPECT_EQ(answers_key(1), key);
}

TEST_F(Tasks, OfEqualStepsShareAFolderWhateverTheirNames) {
  EXPECT_EQ(step_key("start"), step_key("again"));
}

TEST_F(Tasks, ChangeTheirKeyWithEverythingTheyDependOn) {
  std::set<std::string> keys = {step_key("taught"), step_key("taught", 8)};
  plan_.steps[0].settings.emplace_back("steps", "3");
  keys.insert(step_key("taught"));
  plan_.steps[1].settings.emplace_back("prompts", "10");
  keys.insert(step_key("taught"));
  base::write_file(input_.model, "other weights");
  keys.insert(step_key("taught"));
  split_.valid.hash = "another";
  keys.insert(step_key("taught"));
  --split_.training_end[0];
  keys.insert(step_key("taught"));
  dataset_.hash = "another";
  keys.insert(step_key("taught"));
  EXPECT_EQ(keys.size(), 8U);
}

TEST_F(Tasks, OfAnswersHaveAKeyOfWhatIsAskedAndOfWhom) {
  EXPECT_EQ(answers_key(1, 7), answers_key(1, 8)) << "the base model has no training seed";
  std::set<std::string> keys = {answers_key(0, 7), answers_key(0, 8), answers_key(1)};
  plan_.arms[0].settings[0].second = "2";
  keys.insert(answers_key(0));
  plan_.slates = 5;
  keys.insert(answers_key(0));
  plan_.sample_seed = 5;
  keys.insert(answers_key(0));
  split_.test.hash = "another";
  keys.insert(answers_key(0));
  EXPECT_EQ(keys.size(), 7U);
}

TEST_F(Tasks, GetTheCommonSettingsThatTheirVerbsHave) {
  plan_.common = {{"steps", "9"}, {"rationales", "3"}};
  auto all = tasks();
  const auto has = [](const Task& task, const std::pair<std::string, std::string>& setting) {
    return std::count(task.settings.begin(), task.settings.end(), setting) == 1;
  };
  const Task start = all.step_task(plan_, plan_.step("start"), 7);
  EXPECT_TRUE(has(start, {"steps", "9"}));
  EXPECT_FALSE(has(start, {"rationales", "3"})) << "train has none here";
  EXPECT_TRUE(has(all.answers_for(plan_, plan_.arms[1], 7), {"rationales", "3"}));
  const Task own = all.answers_for(plan_, plan_.arms[0], 7);
  EXPECT_TRUE(has(own, {"rationales", "1"}) && !has(own, {"rationales", "3"})) << "its own wins";
  plan_.common.clear();
  EXPECT_NE(step_key("start"), start.key);
}

TEST_F(Tasks, MayNameTheBaseModelWithinASetting) {
  plan_.steps[0].settings = {{"stage", "a={model},{model}"}};
  const Task task = tasks().step_task(plan_, plan_.step("start"), 7);
  const std::pair<std::string, std::string> setting("stage", "a=" + input_.model + "," + input_.model);
  EXPECT_EQ(std::count(task.settings.begin(), task.settings.end(), setting), 1);
}

TEST_F(Tasks, DoNotDependOnTheOrderOfSettings) {
  plan_.steps[0].settings = {{"stage", "silent"}, {"steps", "3"}};
  const std::string key = step_key("start");
  plan_.steps[0].settings = {{"steps", "3"}, {"stage", "silent"}};
  EXPECT_EQ(step_key("start"), key);
}

TEST_F(Tasks, AreFinishedWhereTheLastFileIsThere) {
  auto all = tasks();
  const Task task = all.step_task(plan_, plan_.step("start"), 7);
  EXPECT_FALSE(is_finished(task));
  base::write_file(task.folder / "log.jsonl", "");
  EXPECT_FALSE(is_finished(task));
  base::write_file(task.folder / "model/r2rank.json", "{}");
  EXPECT_TRUE(is_finished(task));
  Task other = task;
  other.verb = "import";
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { is_finished(other); }),
                              {"'import'", "train, sft"});
}

TEST_F(Tasks, OfSignalsAreFinishedWhereTheirFileSaysSo) {
  Task task = tasks().step_task(plan_, plan_.step("start"), 7);
  task.verb = "signals";
  EXPECT_FALSE(is_finished(task));
  std::filesystem::create_directories(task.folder);
  rollout::SignalSet set;
  set.request = "{}";
  save_signal_set(set, task.folder);
  EXPECT_FALSE(is_finished(task)) << "there from the first ranker on";
  set.finished = true;
  set.signals = {{.method = "item-knn", .full = "f", .early = "e"}};
  save_signal_set(set, task.folder);
  EXPECT_TRUE(is_finished(task));
}

TEST_F(Tasks, HaveOneScorersAnswers) {
  const base::Path folder = folder_.path() / "answers";
  EXPECT_FALSE(answers_file(folder));
  base::write_file(folder / "model.parquet", "");
  EXPECT_FALSE(answers_file(folder)) << "eval has not ended";
  base::write_file(folder / "summary.json", "");
  EXPECT_EQ(answers_file(folder), folder / "model.parquet");
  base::write_file(folder / "popularity.parquet", "");
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { answers_file(folder); }),
                              {"one scorer", "found 2"});
}

}  // namespace
}  // namespace r2rank::study
