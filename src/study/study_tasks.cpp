#include "study/study_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "experiment/slate_sample.h"

namespace r2rank::study {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;  // raise it with code that makes other folders of the same settings
constexpr const char* kEval = "eval";
constexpr const char* kSummary = "summary.json";  // what `eval` writes after the results

/// What a verb writes last.
constexpr std::array<std::pair<const char*, const char*>, 5> kMarkers = {
    {{"train", "model/r2rank.json"},
     {"sft", "model/r2rank.json"},
     {"distill", "rationales.json"},
     {"signals", "signals.json"},
     {"baseline train", "baseline.json"}}};

constexpr std::string_view kModelPlace = "{model}";  // in a setting: the base model's path

std::string with(std::string_view place, std::string_view text, std::string value) {
  for (size_t at = value.find(place); at != std::string::npos; at = value.find(place, at + text.size()))
    value.replace(at, place.size(), text);
  return value;
}

std::string words(std::string verb) {
  std::replace(verb.begin(), verb.end(), ' ', '-');
  return verb;
}

}  // namespace

Settings StudyTasks::common(const std::string& verb) const {
  Settings settings = {{"dataset", input_.dataset}, {"split", input_.split}};
  if (verbs_.has(verb, "resume")) settings.emplace_back("resume", "true");
  return settings;
}

Settings StudyTasks::own_and_common(const StudyPlan& plan, const std::string& verb,
                                    const Settings& own) const {
  Settings all = own;
  for (const auto& [name, value] : plan.common) {
    const bool set = std::any_of(own.begin(), own.end(), [&](const auto& one) { return one.first == name; });
    if (!set && verbs_.has(verb, name)) all.emplace_back(name, value);
  }
  return all;
}

/// Read only where the value asks for it: a model takes seconds to hash.
std::string StudyTasks::model_identity(const std::string& value) {
  return value.find(kModelPlace) == std::string::npos ? "" : files_.of(input_.model);
}

/// Settings with folders in place of "@NAME"; the identity gets their keys instead.
Settings StudyTasks::resolved(const StudyPlan& plan, const Settings& settings, int64_t seed,
                              std::string& identity) {
  Settings sorted = settings, found;
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [name, value] : sorted) {
    if (!value.starts_with('@')) {
      identity += fmt::format("{}={}\n", name, with(kModelPlace, model_identity(value), value));
      found.emplace_back(name, with(kModelPlace, input_.model, value));
      continue;
    }
    const Task step = step_task(plan, plan.step(value.substr(1)), seed);
    identity += fmt::format("{}=@{}\n", name, step.key);
    found.emplace_back(name, step.folder.string());
  }
  return found;
}

void StudyTasks::add_model(const StudyPlan& plan, const std::string& of, int64_t seed, Task& task,
                           std::string& identity) {
  const bool base_model = of.empty() || of == kBaseModel;
  if (!verbs_.has(task.verb, "model")) return;
  if (base_model) {
    identity += fmt::format("model={}\n", files_.of(input_.model));
    task.settings.emplace_back("model", input_.model);
    return;
  }
  const Task step = step_task(plan, plan.step(of), seed);
  identity += fmt::format("model=@{}\n", step.key);
  task.settings.emplace_back("model", step.folder.string());
}

Task StudyTasks::finished(const std::string& folder, Task task, const std::string& identity) const {
  task.key = base::hash_hex(identity);
  task.folder = input_.output / folder / fmt::format("{}-{}", words(task.verb), task.key);
  task.settings.emplace_back("output", task.folder.string());
  return task;
}

Task StudyTasks::step_task(const StudyPlan& plan, const StepPlan& step, int64_t seed) {
  Task task{.verb = step.verb, .settings = common(step.verb), .folder = {}, .key = {}};
  std::string identity =
      fmt::format("study step {}\n{}\ndataset={}\ntraining={}\nvalid={}\n", kVersion, step.verb,
                  dataset_.hash, data::training_hash(split_), split_.valid.hash);
  add_model(plan, step.of, seed, task, identity);
  const Settings own = own_and_common(plan, step.verb, step.settings);
  for (auto& setting : resolved(plan, own, seed, identity)) task.settings.push_back(std::move(setting));
  if (verbs_.has(step.verb, "seed")) {
    identity += fmt::format("seed={}\n", seed);
    task.settings.emplace_back("seed", std::to_string(seed));
  }
  return finished("steps", std::move(task), identity);
}

Task StudyTasks::answers_for(const StudyPlan& plan, const ArmPlan& arm, int64_t seed) {
  Task task{.verb = kEval, .settings = common(kEval), .folder = {}, .key = {}};
  std::string identity = fmt::format("study answers {}\ndataset={}\ntraining={}\ntest={}\nslates={} {}\n",
                                     kVersion, dataset_.hash, data::training_hash(split_), split_.test.hash,
                                     plan.slates, plan.sample_seed);
  if (!arm.model.empty()) add_model(plan, arm.model, seed, task, identity);
  task.settings.emplace_back("slates", std::to_string(plan.slates));
  task.settings.emplace_back("sample_seed", std::to_string(plan.sample_seed));
  const auto settings = resolved(plan, own_and_common(plan, kEval, arm.settings), seed, identity);
  const bool others = std::any_of(settings.begin(), settings.end(),
                                  [](const auto& setting) { return setting.first == "baselines"; });
  if (!others) task.settings.emplace_back("baselines", "");
  task.settings.insert(task.settings.end(), settings.begin(), settings.end());
  return finished("answers", std::move(task), identity);
}

data::SlateSet StudyTasks::slates_of(const StudyPlan& plan) const {
  return experiment::sampled_slates(split_.test, dataset_,
                                    {plan.slates, static_cast<uint64_t>(plan.sample_seed)});
}

void StudyTasks::add_steps(const StudyPlan& plan, const std::string& name, int64_t seed,
                           std::vector<Task>& tasks) {
  const StepPlan& step = plan.step(name);
  if (!step.of.empty() && step.of != kBaseModel) add_steps(plan, step.of, seed, tasks);
  for (const auto& [setting, value] : step.settings)
    if (value.starts_with('@')) add_steps(plan, value.substr(1), seed, tasks);
  Task task = step_task(plan, step, seed);
  const bool known =
      std::any_of(tasks.begin(), tasks.end(), [&](const Task& other) { return other.key == task.key; });
  if (!known) tasks.push_back(std::move(task));
}

std::vector<Task> StudyTasks::steps_for(const StudyPlan& plan, const ArmPlan& arm, int64_t seed) {
  std::vector<Task> tasks;
  if (!arm.model.empty() && arm.model != kBaseModel) add_steps(plan, arm.model, seed, tasks);
  for (const auto& [setting, value] : arm.settings)
    if (value.starts_with('@')) add_steps(plan, value.substr(1), seed, tasks);
  return tasks;
}

bool is_finished(const Task& task) {
  for (const auto& [verb, marker] : kMarkers)
    if (task.verb == verb) return fs::exists(task.folder / marker);
  base::fail_usage("study",
                   "verb '{}': expected one that makes what an arm needs (train, sft, distill, signals, "
                   "baseline train)",
                   task.verb);
}

std::optional<base::Path> answers_file(const base::Path& folder) {
  if (!fs::exists(folder / kSummary)) return std::nullopt;
  std::vector<base::Path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".parquet") found.push_back(entry.path());
  if (found.size() == 1) return found.front();
  base::fail_usage("study",
                   "expected one scorer's results in {}, found {}; an arm is one model or one scorer",
                   folder.string(), found.size());
}

}  // namespace r2rank::study
