#include "study/study_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/toml_text.h"
#include "experiment/plan_value.h"
#include "experiment/slices.h"
#include "study/step_reference.h"

namespace r2rank::study {
namespace {

using experiment::fail_at;
using experiment::PlanFile;

/// What the study sets itself.
constexpr std::array<std::string_view, 7> kOwnOfSteps = {"dataset",   "split",  "model", "output",
                                                         "overwrite", "resume", "seed"};
constexpr std::array<std::string_view, 9> kOwnOfArms = {
    "dataset", "split", "model", "name", "output", "slates", "sample_seed", "reference", "pairs"};

const StepPlan* find_step(const StudyPlan& plan, const std::string& name) {
  const auto found =
      std::find_if(plan.steps.begin(), plan.steps.end(), [&](const auto& step) { return step.name == name; });
  return found == plan.steps.end() ? nullptr : &*found;
}

std::string names_of(const StudyPlan& plan) {
  std::vector<std::string> names;
  for (const auto& step : plan.steps) names.push_back(step.name);
  return names.empty() ? "there is none" : fmt::format("there are {}", fmt::join(names, ", "));
}

void check_step(const StudyPlan& plan, const std::string& name, const toml::node& node,
                const PlanFile& file) {
  if (find_step(plan, name) == nullptr)
    fail_at(file, node,
            fmt::format("expected the name of an earlier step, found '{}'; {}", name, names_of(plan)));
}

/// A value of [settings]; a step that it names must be an earlier one.
std::string take_setting(const StudyPlan& plan, const std::string& name, const toml::node& node,
                         const PlanFile& file) {
  const std::string text = experiment::at_node(file, node, [&] { return base::toml_as_text(node, name); });
  if (const auto broken = broken_reference(text))
    fail_at(
        file, node,
        fmt::format(
            "expected '@STEP', or 'LABEL=@STEP' with a label of letters, digits, '.', '_' and '-', found '{}'",
            *broken));
  const auto steps = steps_named_in(text);
  if (!steps.empty() && !node.is_array() && text.find(',') != std::string::npos)
    fail_at(file, node,
            fmt::format("expected a list where several things are named, found the text '{}'", text));
  for (const auto& step : steps) check_step(plan, step, node, file);
  return text;
}

template <size_t N>
Settings take_settings(const StudyPlan& plan, const std::string& key, const toml::node& node,
                       const std::array<std::string_view, N>& own, const PlanFile& file) {
  Settings settings;
  for (const auto& [name, value] : experiment::table_at(node, key, file)) {
    const std::string setting(name.str());
    if (std::find(own.begin(), own.end(), setting) != own.end())
      fail_at(file, value, fmt::format("'{}' is set by the study itself; leave it out", setting));
    settings.emplace_back(setting, take_setting(plan, setting, value, file));
  }
  return settings;
}

std::string place_of(const toml::node& node, const PlanFile& file) {
  return fmt::format("line {} of {}", node.source().begin.line, file.path);
}

void check_name(const std::string& name, const toml::node& node, const PlanFile& file) {
  if (name.empty() || name.find_first_of("/@\n") != std::string::npos)
    fail_at(file, node, fmt::format("expected a name without '/' and '@', found '{}'", name));
}

StepPlan read_step(const toml::table& table, const StudyPlan& plan, PlanFile& file) {
  StepPlan step{.place = place_of(table, file)};
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "name" || name == "verb" || name == "of")
      (name == "name"   ? step.name
       : name == "verb" ? step.verb
                        : step.of) = experiment::take_text(name, node, file);
    else if (name == "settings")
      step.settings = take_settings(plan, "step.settings", node, kOwnOfSteps, file);
    else
      fail_at(file, node,
              fmt::format("unknown key '{}' in [[step]]: expected name, verb, of, settings", name));
  }
  check_name(step.name, table, file);
  if (step.name.find(',') != std::string::npos)
    fail_at(file, table, fmt::format("expected a step's name without ',', found '{}'", step.name));
  if (step.name == kBaseModel || find_step(plan, step.name) != nullptr)
    fail_at(file, table, fmt::format("there is a step '{}' already; choose another name", step.name));
  if (step.verb.empty()) fail_at(file, table, fmt::format("step '{}' lacks 'verb'", step.name));
  if (!step.of.empty()) check_step(plan, step.of, table, file);
  return step;
}

ArmPlan read_arm(const toml::table& table, const StudyPlan& plan, PlanFile& file) {
  ArmPlan arm{.place = place_of(table, file)};
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "name" || name == "model")
      (name == "name" ? arm.name : arm.model) = experiment::take_text(name, node, file);
    else if (name == "eval")
      arm.settings = take_settings(plan, "arm.eval", node, kOwnOfArms, file);
    else if (name == "x" && node.is_number())
      arm.x = node.value<double>();
    else
      fail_at(file, node,
              fmt::format("unknown key '{}' in [[arm]]: expected name, model, eval, x (a number)", name));
  }
  check_name(arm.name, table, file);
  for (const auto& other : plan.arms)
    if (other.name == arm.name)
      fail_at(file, table, fmt::format("there is an arm '{}' already; choose another name", arm.name));
  if (!arm.model.empty() && arm.model != kBaseModel) check_step(plan, arm.model, table, file);
  return arm;
}

void read_steps(const toml::table& whole, PlanFile& file, StudyPlan& plan) {
  const toml::node* steps = whole.get("step");
  if (steps == nullptr) return;
  for (const auto& element : experiment::tables_at(*steps, "step", file))
    plan.steps.push_back(read_step(experiment::table_at(element, "step", file), plan, file));
}

/// [common]: of the files that are included, then of this one, which wins.
void read_common(const toml::table& whole, const PlanFile& file, StudyPlan& plan) {
  const toml::node* common = whole.get("common");
  if (common == nullptr) return;
  for (auto& [name, value] : take_settings(plan, "common", *common, kOwnOfSteps, file)) {
    std::erase_if(plan.common, [&](const auto& known) { return known.first == name; });
    plan.common.emplace_back(name, value);
  }
}

/// Steps of the files that this one includes; they include none.
void read_included(const toml::table& whole, const base::Path& folder, PlanFile& file, StudyPlan& plan) {
  const toml::node* names = whole.get("include");
  if (names == nullptr) return;
  std::vector<std::string> paths;
  base::ConfigFields fields;
  fields.add("include", paths, "");
  experiment::take_value(fields, "include", *names, file);
  for (const auto& name : paths) {
    PlanFile included{.path = (folder / name).string(), .where = file.where};
    const toml::table steps = base::read_toml(included.path);
    for (const auto& [key, node] : steps)
      if (key != "step" && key != "common")
        fail_at(
            included, node,
            fmt::format("expected nothing but [common] and [[step]] in a file that is included, found '{}'",
                        std::string(key.str())));
    read_steps(steps, included, plan);
    read_common(steps, included, plan);  // which may name them
  }
}

/// The keys above the first table.
void read_top_keys(const toml::table& whole, PlanFile& file, StudyPlan& plan) {
  base::ConfigFields fields;
  std::vector<std::string> seeds;
  fields.add("title", plan.title, "");
  fields.add("question", plan.question, "");
  fields.add("reference", plan.reference, "");
  fields.add("axis", plan.axis, "");
  fields.add("metric", plan.metric, "");
  fields.add("metrics", plan.metrics, "");
  fields.add("slices", plan.slices, "").one_of(experiment::slice_names());
  fields.add("slates", plan.slates, "").at_least(0);
  fields.add("sample_seed", plan.sample_seed, "").at_least(0);
  fields.add("seeds", seeds, "");
  for (const auto& [key, node] : whole) {
    const std::string name(key.str());
    if (name == "step" || name == "arm" || name == "include" || name == "common" || name == "pairs") continue;
    experiment::take_value(fields, name, node, file);
  }
  if (seeds.empty()) return;
  try {
    plan.seeds = parse_seeds(seeds);
  } catch (const base::Error&) {
    fail_at(file, whole,
            fmt::format("seeds: expected different whole numbers from 0, found {}", fmt::join(seeds, ", ")));
  }
}

bool has_arm(const StudyPlan& plan, const std::string& name) {
  return std::any_of(plan.arms.begin(), plan.arms.end(), [&](const auto& arm) { return arm.name == name; });
}

std::string take_arm(const StudyPlan& plan, const toml::node& node, const PlanFile& file) {
  const auto name = node.value<std::string>().value_or("");
  if (!has_arm(plan, name)) fail_at(file, node, fmt::format("pairs: there is no arm '{}'", name));
  return name;
}

std::pair<std::string, std::string> read_pair(const StudyPlan& plan, const toml::node& node,
                                              const PlanFile& file) {
  const toml::array* two = node.as_array();
  if (two == nullptr || two->size() != 2)
    fail_at(file, node, "pairs: expected lists of two arms, such as [[\"RL\", \"silent\"]]");
  std::pair pair{take_arm(plan, *two->get(0), file), take_arm(plan, *two->get(1), file)};
  const std::pair turned{pair.second, pair.first};
  const bool known = pair.first == plan.reference || pair.second == plan.reference ||
                     std::count(plan.pairs.begin(), plan.pairs.end(), pair) > 0 ||
                     std::count(plan.pairs.begin(), plan.pairs.end(), turned) > 0;
  if (known || pair.first == pair.second)
    fail_at(file, node,
            fmt::format("pairs: expected two arms that are not tested against each other anyway, found '{}' "
                        "and '{}'",
                        pair.first, pair.second));
  return pair;
}

/// After the arms, which they name.
void read_pairs(const toml::table& whole, const PlanFile& file, StudyPlan& plan) {
  const toml::node* pairs = whole.get("pairs");
  if (pairs == nullptr) return;
  const toml::array* list = pairs->as_array();
  if (list == nullptr) fail_at(file, *pairs, "pairs: expected a list of lists of two arms");
  for (const auto& element : *list) plan.pairs.push_back(read_pair(plan, element, file));
}

void check_plan(const StudyPlan& plan, const toml::table& whole, const PlanFile& file) {
  if (plan.arms.empty()) fail_at(file, whole, "a study needs at least one [[arm]]");
  if (!plan.reference.empty() && !has_arm(plan, plan.reference))
    fail_at(file, whole, fmt::format("reference = '{}': there is no such arm", plan.reference));
}

bool has_arms(const base::Path& path) {
  return base::read_toml(path.string()).contains("arm");
}

}  // namespace

const StepPlan& StudyPlan::step(const std::string& name) const {
  const StepPlan* found = find_step(*this, name);
  R2RANK_CHECK(found != nullptr);
  return *found;
}

std::vector<int64_t> parse_seeds(const std::vector<std::string>& texts) {
  std::vector<int64_t> seeds;
  for (const auto& text : texts) {
    int64_t seed = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    const bool number = error == std::errc() && end == text.data() + text.size() && seed >= 0;
    if (!number || std::count(seeds.begin(), seeds.end(), seed) > 0)
      base::fail_usage("study", "seeds: expected different whole numbers from 0, found {}", text);
    seeds.push_back(seed);
  }
  return seeds;
}

StudyPlan read_study(const base::Path& path) {
  StudyPlan plan;
  plan.name = path.stem().string();
  PlanFile file{.path = path.string(), .where = "study"};
  const toml::table whole = base::read_toml(path.string());
  read_top_keys(whole, file, plan);
  read_included(whole, path.parent_path(), file, plan);
  read_steps(whole, file, plan);
  read_common(whole, file, plan);
  if (const toml::node* arms = whole.get("arm"))
    for (const auto& element : experiment::tables_at(*arms, "arm", file))
      plan.arms.push_back(read_arm(experiment::table_at(element, "arm", file), plan, file));
  check_plan(plan, whole, file);
  read_pairs(whole, file, plan);
  return plan;
}

std::vector<base::Path> study_files(const base::Path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<base::Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    if (entry.path().extension() == ".toml" && has_arms(entry.path())) files.push_back(entry.path());
  if (files.empty())
    base::fail_usage("study", "expected studies, *.toml with an [[arm]], in {}, found none", path.string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace r2rank::study
