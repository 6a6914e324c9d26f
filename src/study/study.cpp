#include "study/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/error_text.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "experiment/slices.h"
#include "metrics/same_scores.h"
#include "study/step_signals.h"

namespace r2rank::study {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Runs something of a plan; an error says where the plan asks for it.
template <class Action>
void at_place(const std::string& what, const std::string& place, const Action& action) {
  try {
    action();
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::kInterrupted)
      base::fail(base::ErrorKind::kInterrupted, "study", "stopped during {}; the same command goes on", what);
    throw base::Error(error.kind(), "study", fmt::format("{} ({}): {}", what, place, base::text_of(error)));
  }
}

/// Beside a step's folder: what made it, and how long the last call took.
base::Path note_path(const Task& task) {
  base::Path path = task.folder;
  path += ".json";
  return path;
}

void write_note(const Task& task, const Verbs& verbs, double seconds) {
  nlohmann::ordered_json note{{"verb", task.verb},
                              {"key", task.key},
                              {"command", verbs.command(task.verb, task.settings)},
                              {"seconds", seconds}};
  for (const auto& [name, value] : task.settings)
    if (name == "dtype") note["dtype"] = value;
  base::write_file(note_path(task), note.dump(1) + "\n");
}

struct Cost {
  double seconds = 0, slates = 0;
};

/// A number of a JSON object's field, 0 where there is none.
double number_at(const nlohmann::json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

/// Of a training its own account, over all calls that it took; of another step the last call.
Cost cost_of(const Task& task) {
  const base::Path card = task.folder / "model/r2rank.json";
  if (fs::exists(card)) {
    const auto json = base::parse_json(base::read_file(card), "study", card.string());
    if (!json.is_object() || !json.contains("training")) return {};
    const auto& training = json.at("training");
    // Of a model chosen before the end the whole run counts: what came after it was needed to choose it.
    const auto& all = training.is_object() && training.contains("run") ? training.at("run") : training;
    return {number_at(all, "seconds"), number_at(all, "slates")};
  }
  if (!fs::exists(note_path(task))) return {};
  return {number_at(base::parse_json(base::read_file(note_path(task)), "study", note_path(task).string()),
                    "seconds"),
          0};
}

void make_step(const Task& task, Verbs& verbs) {
  if (is_finished(task)) return;
  base::log_info("study step {}: {}", task.name, verbs.command(task.verb, task.settings));
  const auto start = Clock::now();
  at_place(fmt::format("step '{}'", task.name), task.place, [&] { verbs.run(task.verb, task.settings); });
  if (!is_finished(task))
    base::fail_data("study", "step '{}' ended, but its folder {} is not complete", task.name,
                    task.folder.string());
  write_note(task, verbs, std::chrono::duration<double>(Clock::now() - start).count());
}

void make_answers(const Task& task, Verbs& verbs) {
  if (answers_file(task.folder)) return;
  base::log_info("study arm {}: {}", task.name, verbs.command(task.verb, task.settings));
  at_place(fmt::format("arm '{}'", task.name), task.place, [&] { verbs.run(task.verb, task.settings); });
}

metrics::PerUserResults read_answers(const Task& task) {
  const auto file = answers_file(task.folder);
  if (!file)
    base::fail_data("study", "arm '{}' ended without results in {}", task.name, task.folder.string());
  auto results = metrics::load_per_user(*file);
  results.scorer = task.name;
  return results;
}

/// What the scorer of an arm noted.
std::vector<std::pair<std::string, double>> read_notes(const Task& task) {
  const base::Path path = task.folder / "summary.json";
  if (!fs::exists(path)) return {};
  const auto summary = base::parse_json(base::read_file(path), "study", path.string());
  std::vector<std::pair<std::string, double>> notes;
  if (!summary.is_object() || !summary.contains("notes") || !summary.at("notes").is_object()) return notes;
  for (const auto& [scorer, values] : summary.at("notes").items())
    for (const auto& [name, value] : values.items())
      if (value.is_number()) notes.emplace_back(name, value.get<double>());
  return notes;
}

/// A scorer that does not depend on its seed has one result, whatever the number of seeds.
void drop_equal(std::vector<metrics::PerUserResults>& results) {
  const auto like_first = [&](const auto& other) { return metrics::same_scores(results.front(), other); };
  if (results.size() < 2 || !std::all_of(results.begin() + 1, results.end(), like_first)) return;
  base::log_info("study arm {}: all seeds give the same scores, which count once", results.front().scorer);
  results.resize(1);
}

/// An arm with all seeds; seeds that lead to the same answers count once.
std::vector<metrics::PerUserResults> run_arm(const StudyPlan& plan, const ArmPlan& arm, StudyTasks& tasks,
                                             Verbs& verbs, ArmOutcome& outcome) {
  std::vector<metrics::PerUserResults> results;
  std::set<std::string> keys;
  for (const int64_t seed : plan.seeds) {
    base::stop_if_interrupted("study");
    const Task answers = tasks.answers_for(plan, arm, seed);
    if (!keys.insert(answers.key).second) continue;
    for (const Task& step : tasks.steps_for(plan, arm, seed)) {
      make_step(step, verbs);
      const Cost cost = cost_of(step);
      outcome.training_seconds += cost.seconds;
      outcome.training_slates += cost.slates;
      if (keys.size() == 1) outcome.commands.push_back(verbs.command(step.verb, step.settings));
    }
    make_answers(answers, verbs);
    if (keys.size() == 1) {
      outcome.commands.push_back(verbs.command(answers.verb, answers.settings));
      outcome.notes = read_notes(answers);
    }
    outcome.answers.push_back(answers.folder.string());
    results.push_back(read_answers(answers));
  }
  drop_equal(results);
  // Of several seeds two may come out alike, each with its weight: tables refuse that of files, by their
  // scores.
  for (auto& one : results) one.scores.clear();
  outcome.training_seconds /= static_cast<double>(keys.size());
  outcome.training_slates /= static_cast<double>(keys.size());
  return results;
}

experiment::TableOptions table_options(const StudyPlan& plan, const std::vector<std::string>& repeated) {
  experiment::TableOptions options;
  options.metrics = {plan.metric};
  for (const auto& metric : plan.metrics)
    if (metric != plan.metric) options.metrics.push_back(metric);
  options.seeds = repeated;
  if (!plan.reference.empty())
    for (const auto& arm : plan.arms)
      if (arm.name != plan.reference) options.pairs.emplace_back(arm.name, plan.reference);
  options.pairs.insert(options.pairs.end(), plan.pairs.begin(), plan.pairs.end());
  return options;
}

}  // namespace

void check_study(const StudyPlan& plan, const StudyInput& input, StudyTasks& tasks, const Verbs& verbs) {
  if (!fs::exists(input.model))
    base::fail_io("study", "--model {}: there is no such file or folder", input.model);
  // Verbs first: what a task is depends on the settings that its verb has.
  for (const auto& step : plan.steps) {
    at_place(fmt::format("step '{}'", step.name), step.place, [&] {
      const bool takes_model = tasks.takes_model(plan, step);
      if (!step.of.empty() && !takes_model)
        base::fail_usage("study", "'{}'{} goes on from no model; leave 'of' out", step.verb,
                         verbs.has(step.verb, "model") ? " with source = teacher" : "");
      const Task task = tasks.step_task(plan, step, plan.seeds.front());
      is_finished(task);
      check_signals(plan, step, tasks);
      verbs.check(step.verb, task.settings);
    });
  }
  for (const auto& arm : plan.arms)
    at_place(fmt::format("arm '{}'", arm.name), arm.place,
             [&] { verbs.check("eval", tasks.answers_for(plan, arm, plan.seeds.front()).settings); });
}

std::string describe_study(const StudyPlan& plan, StudyTasks& tasks) {
  std::string text;
  std::set<std::string> told;
  for (const auto& arm : plan.arms) {
    for (const int64_t seed : plan.seeds) {
      for (const Task& step : tasks.steps_for(plan, arm, seed))
        if (told.insert(step.key).second)
          text += fmt::format("{}: step {} ({}, seed {}): {}\n", plan.name, step.name, step.verb, seed,
                              is_finished(step) ? "found" : "to be made");
      const Task answers = tasks.answers_for(plan, arm, seed);
      if (told.insert(answers.key).second)
        text += fmt::format("{}: arm {}: {}\n", plan.name, arm.name,
                            answers_file(answers.folder) ? "found" : "to be asked");
    }
  }
  return text;
}

StudyResult run_study(const StudyPlan& plan, StudyTasks& tasks, Verbs& verbs) {
  StudyResult result{.plan = plan, .table = {}, .arms = {}, .slices = {}};
  std::vector<metrics::PerUserResults> all;
  std::vector<std::string> repeated;
  for (const auto& arm : plan.arms) {
    ArmOutcome& outcome = result.arms.emplace_back();
    outcome.plan = arm;
    auto results = run_arm(plan, arm, tasks, verbs, outcome);
    if (results.size() > 1) repeated.push_back(arm.name);
    for (auto& one : results) all.push_back(std::move(one));
  }
  result.table = experiment::make_table(all, table_options(plan, repeated));
  const experiment::ComparisonOptions options{
      .metric = plan.metric, .reference = plan.reference, .seeds = repeated};
  const data::SlateSet slates = tasks.slates_of(plan);
  for (const auto& name : plan.slices)
    result.slices.push_back(experiment::compare_in_slice(
        experiment::make_slice(name, tasks.dataset(), tasks.split(), slates), all, options));
  return result;
}

}  // namespace r2rank::study
