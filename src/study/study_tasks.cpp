#include "study/study_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "data/slate_sample.h"
#include "rollout/signal_set.h"
#include "study/step_reference.h"

namespace r2rank::study {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 2;         // raise it with code that makes other folders of the same settings
constexpr int kAnswersVersion = 3;  // likewise, of answers
constexpr const char* kEval = "eval";
constexpr const char* kDistill = "distill";
constexpr const char* kDtype = "dtype";
constexpr const char* kSummary = "summary.json";  // what `eval` writes after the results

constexpr std::string_view kSignals = "signals";  // whose file is there from the first ranker on
/// What a verb writes last.
constexpr std::array<std::pair<std::string_view, const char*>, 6> kMarkers = {
    {{"train", "model/r2rank.json"},
     {"sft", "model/r2rank.json"},
     {kDistill, "rationales.json"},
     {kSignals, rollout::kSignalFile},
     {"baseline train", "baseline.json"},
     {"combine", "combination.json"}}};

constexpr std::string_view kModelPlace = "{model}";  // in a setting: the base model's path

std::string with(std::string_view place, std::string_view text, std::string value) {
  for (size_t at = value.find(place); at != std::string::npos; at = value.find(place, at + text.size()))
    value.replace(at, place.size(), text);
  return value;
}

template <class AnySettings>
auto find_setting(AnySettings& settings, std::string_view name) {
  return std::find_if(settings.begin(), settings.end(), [&](const auto& one) { return one.first == name; });
}

/// Where a step stands among those of the plan.
ptrdiff_t place_of(const StudyPlan& plan, const std::string& step) {
  return std::find_if(plan.steps.begin(), plan.steps.end(),
                      [&](const auto& one) { return one.name == step; }) -
         plan.steps.begin();
}

/// A verb that has a model as a setting may be asked for what needs none.
bool asks_teacher(const Verbs& verbs, const std::string& verb, const Settings& settings) {
  if (verb != kDistill) return false;
  const auto source = find_setting(settings, "source");
  return (source == settings.end() ? verbs.usual(verb, "source") : source->second) == "teacher";
}

std::string words(std::string verb) {
  std::replace(verb.begin(), verb.end(), ' ', '-');
  return verb;
}

/// What the scorer of an arm with a model is called: a name that a file can have. Arms of several studies may
/// share answers, which then have the name of the arm that asked first.
std::string scorer_name(std::string arm) {
  std::replace(arm.begin(), arm.end(), '/', '-');
  return arm;
}

}  // namespace

Settings StudyTasks::common(const std::string& verb) const {
  Settings settings = {{"dataset", input_.dataset}, {"split", input_.split}};
  if (verbs_.has(verb, "resume")) settings.emplace_back("resume", "true");
  return settings;
}

Settings StudyTasks::with_common(const Settings& own, const Settings& common, const std::string& verb) const {
  Settings all = own;
  for (const auto& setting : common)
    if (find_setting(own, setting.first) == own.end() && verbs_.has(verb, setting.first))
      all.push_back(setting);
  return all;
}

/// A common setting that names a step is for the steps behind that one: neither it itself nor what it is made
/// from can refer to it.
Settings StudyTasks::settings_of(const StudyPlan& plan, const StepPlan& step) const {
  const auto place = place_of(plan, step.name);
  Settings common;
  for (const auto& setting : plan.common) {
    const auto named = steps_named_in(setting.second);
    if (std::all_of(named.begin(), named.end(),
                    [&](const auto& name) { return place_of(plan, name) < place; }))
      common.push_back(setting);
  }
  return with_common(step.settings, common, step.verb);
}

Settings StudyTasks::settings_of(const StudyPlan& plan, const ArmPlan& arm) const {
  return with_common(arm.settings, plan.common, kEval);
}

bool StudyTasks::takes_model(const StudyPlan& plan, const StepPlan& step) const {
  return verbs_.has(step.verb, "model") && !asks_teacher(verbs_, step.verb, settings_of(plan, step));
}

/// What `auto` comes to decides what is computed: a folder that is taken to another machine must not go on in
/// another type under the same key.
void StudyTasks::settle_dtype(const std::string& verb, Settings& settings) {
  if (!verbs_.has(verb, kDtype)) return;
  const auto found = find_setting(settings, kDtype);
  if (found != settings.end() && found->second != "auto") return;
  const auto device = find_setting(settings, "device");
  const std::string where = device == settings.end() ? "cpu" : device->second;
  if (!auto_dtypes_.contains(where)) auto_dtypes_[where] = verbs_.auto_dtype(where);
  if (found == settings.end())
    settings.emplace_back(kDtype, auto_dtypes_[where]);
  else
    found->second = auto_dtypes_[where];
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
  std::map<std::string, Task> tasks;
  const auto task_of = [&](const std::string& step) -> const Task& {
    if (!tasks.contains(step)) tasks.emplace(step, step_task(plan, plan.step(step), seed));
    return tasks.at(step);
  };
  for (const auto& [name, value] : sorted) {
    const auto key = [&](const std::string& step) { return "@" + task_of(step).key; };
    const auto folder = [&](const std::string& step) { return task_of(step).folder.string(); };
    const std::string keyed = with_steps(value, key), placed = with_steps(value, folder);
    identity += fmt::format("{}={}\n", name, with(kModelPlace, model_identity(keyed), keyed));
    found.emplace_back(name, with(kModelPlace, input_.model, placed));
  }
  return found;
}

void StudyTasks::add_model(const StudyPlan& plan, const std::string& of, int64_t seed, Task& task,
                           std::string& identity) {
  const bool base_model = of.empty() || of == kBaseModel;
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
  Task task{.name = step.name,
            .place = step.place,
            .verb = step.verb,
            .settings = common(step.verb),
            .folder = {},
            .key = {}};
  std::string identity =
      fmt::format("study step {}\n{}\ndataset={}\ntraining={}\nvalid={}\n", kVersion, step.verb,
                  dataset_.hash, data::training_hash(split_), split_.valid.hash);
  Settings own = settings_of(plan, step);
  if (takes_model(plan, step)) {
    add_model(plan, step.of, seed, task, identity);
    settle_dtype(step.verb, own);
  }
  for (auto& setting : resolved(plan, own, seed, identity)) task.settings.push_back(std::move(setting));
  if (verbs_.has(step.verb, "seed")) {
    identity += fmt::format("seed={}\n", seed);
    task.settings.emplace_back("seed", std::to_string(seed));
  }
  return finished("steps", std::move(task), identity);
}

Task StudyTasks::answers_for(const StudyPlan& plan, const ArmPlan& arm, int64_t seed) {
  Task task{.name = arm.name,
            .place = arm.place,
            .verb = kEval,
            .settings = common(kEval),
            .folder = {},
            .key = {}};
  std::string identity = fmt::format("study answers {}\ndataset={}\ntraining={}\ntest={}\nslates={} {}\n",
                                     kAnswersVersion, dataset_.hash, data::training_hash(split_),
                                     split_.test.hash, plan.slates, plan.sample_seed);
  Settings own = settings_of(plan, arm);
  if (!arm.model.empty()) {
    add_model(plan, arm.model, seed, task, identity);
    settle_dtype(kEval, own);
    task.settings.emplace_back("name", scorer_name(arm.name));
  }
  task.settings.emplace_back("slates", std::to_string(plan.slates));
  task.settings.emplace_back("sample_seed", std::to_string(plan.sample_seed));
  const auto settings = resolved(plan, own, seed, identity);
  if (find_setting(settings, "baselines") == settings.end()) task.settings.emplace_back("baselines", "");
  task.settings.insert(task.settings.end(), settings.begin(), settings.end());
  return finished("answers", std::move(task), identity);
}

data::SlateSet StudyTasks::slates_of(const StudyPlan& plan) const {
  return data::sampled_slates(split_.test, dataset_, {plan.slates, static_cast<uint64_t>(plan.sample_seed)});
}

void StudyTasks::add_steps(const StudyPlan& plan, const std::string& name, int64_t seed,
                           std::vector<Task>& tasks) {
  const StepPlan& step = plan.step(name);
  if (!step.of.empty() && step.of != kBaseModel) add_steps(plan, step.of, seed, tasks);
  add_steps_named_in(settings_of(plan, step), plan, seed, tasks);
  Task task = step_task(plan, step, seed);
  const bool known =
      std::any_of(tasks.begin(), tasks.end(), [&](const Task& other) { return other.key == task.key; });
  if (!known) tasks.push_back(std::move(task));
}

void StudyTasks::add_steps_named_in(const Settings& settings, const StudyPlan& plan, int64_t seed,
                                    std::vector<Task>& tasks) {
  for (const auto& [setting, value] : settings)
    for (const auto& step : steps_named_in(value)) add_steps(plan, step, seed, tasks);
}

std::vector<Task> StudyTasks::steps_for(const StudyPlan& plan, const ArmPlan& arm, int64_t seed) {
  std::vector<Task> tasks;
  if (!arm.model.empty() && arm.model != kBaseModel) add_steps(plan, arm.model, seed, tasks);
  add_steps_named_in(settings_of(plan, arm), plan, seed, tasks);
  return tasks;
}

bool is_finished(const Task& task) {
  for (const auto& [verb, marker] : kMarkers) {
    if (task.verb != verb) continue;
    if (!fs::exists(task.folder / marker)) return false;
    return verb != kSignals || rollout::load_signal_set(task.folder).finished;
  }
  base::fail_usage("study",
                   "verb '{}': expected one that makes what an arm needs (train, sft, distill, signals, "
                   "baseline train, combine)",
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
