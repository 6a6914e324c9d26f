#include "study/study_render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "experiment/comparison_data.h"
#include "experiment/comparison_render.h"
#include "experiment/table_data.h"
#include "experiment/table_render.h"

namespace r2rank::study {
namespace {

using experiment::TableFormat;
using nlohmann::ordered_json;

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

std::string minutes(double seconds) {
  return seconds > 0 ? fmt::format("{:.1f}", seconds / 60) : "-";
}

std::string slates(double count) {
  return count > 0 ? fmt::format("{:.0f}", count) : "-";
}

std::string cell(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-";
}

/// A Markdown table's cell holds no bar.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

/// What intervals do not cover, where arms are trained once; else "". (Of several seeds those that came to
/// the same are one in the table.)
std::string training_note(const StudyResult& result) {
  const bool trained = std::any_of(result.arms.begin(), result.arms.end(),
                                   [](const auto& arm) { return arm.training_seconds > 0; });
  if (!trained || result.plan.seeds.size() > 1) return "";
  return "One training each; the noise of training is not in the interval.\n\n";
}

std::string costs_markdown(const StudyResult& result) {
  const bool axis = !result.plan.axis.empty();
  std::string text = fmt::format(
      "| arm |{} training, min | slates trained on | tokens a slate | ms a slate |\n|---|{}---|---|---|---|\n",
      axis ? fmt::format(" {} |", escaped(result.plan.axis)) : "", axis ? "---|" : "");
  for (size_t i = 0; i < result.arms.size(); ++i) {
    const auto& arm = result.arms[i];
    const auto& row = result.table.rows[i];
    text += fmt::format("| {} |{} {} | {} | {} | {} |\n", escaped(arm.plan.name),
                        axis ? fmt::format(" {} |", arm.plan.x ? fmt::format("{}", *arm.plan.x) : "-") : "",
                        minutes(arm.training_seconds), slates(arm.training_slates),
                        cell(row.tokens_per_slate, 0), cell(row.ms_per_slate, 0));
  }
  return text;
}

/// Names of the arms' notes, each once, in the order of their first arm.
std::vector<std::string> note_names(const StudyResult& result) {
  std::vector<std::string> names;
  for (const auto& arm : result.arms)
    for (const auto& [name, value] : arm.notes)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string note_cell(const ArmOutcome& arm, const std::string& name) {
  for (const auto& [own, value] : arm.notes)
    if (own == name) return fmt::format("{:.4g}", value);
  return "-";
}

/// A table of what was noted about the rationales; "" where nothing was.
std::string notes_markdown(const StudyResult& result) {
  const auto names = note_names(result);
  if (names.empty()) return "";
  std::string text = fmt::format("\n| arm | {} |\n|---|", fmt::join(names, " | "));
  for (size_t i = 0; i < names.size(); ++i) text += "---|";
  for (const auto& arm : result.arms) {
    if (arm.notes.empty()) continue;
    text += fmt::format("\n| {} |", escaped(arm.plan.name));
    for (const auto& name : names) text += fmt::format(" {} |", note_cell(arm, name));
  }
  return text + "\n";
}

std::string costs_text(const StudyResult& result) {
  std::string text;
  for (const auto& arm : result.arms)
    text += fmt::format("{}: training {} min, {} slates\n", arm.plan.name, minutes(arm.training_seconds),
                        slates(arm.training_slates));
  return text;
}

std::string head(const StudyResult& result, const std::string& mark) {
  const auto& plan = result.plan;
  std::string text = mark + (plan.title.empty() ? plan.name : plan.title) + "\n\n";
  return plan.question.empty() ? text : text + plan.question + "\n\n";
}

/// The table and those of the slices, an empty line behind each.
std::string tables(const StudyResult& result, TableFormat format) {
  std::string text = experiment::render(result.table, format) + "\n";
  for (const auto& slice : result.slices) text += experiment::render(slice, format) + "\n";
  return text;
}

/// Each command once, in an order in which they can be run.
std::string commands_of(const StudyResult& result) {
  std::string text;
  std::set<std::string> told;
  for (const auto& arm : result.arms)
    for (const auto& command : arm.commands)
      if (told.insert(command).second) text += command + "\n";
  return text;
}

ordered_json settings_json(const Settings& settings) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : settings) json[name] = value;
  return json;
}

ordered_json arm_json(const ArmOutcome& arm) {
  ordered_json json{
      {"name", arm.plan.name}, {"model", arm.plan.model}, {"eval", settings_json(arm.plan.settings)}};
  if (arm.plan.x) json["x"] = *arm.plan.x;
  json["training_seconds"] = number(arm.training_seconds);
  json["training_slates"] = number(arm.training_slates);
  json["commands"] = arm.commands;
  json["answers"] = arm.answers;
  for (const auto& [name, value] : arm.notes) json["notes"][name] = number(value);
  return json;
}

}  // namespace

std::string render_markdown(const StudyResult& result) {
  return head(result, "# ") + tables(result, TableFormat::kMarkdown) + training_note(result) +
         costs_markdown(result) + notes_markdown(result) + "\nHow all of this is made again:\n```\n" +
         commands_of(result) + "```\n";
}

std::string render_text(const StudyResult& result) {
  return head(result, "") + tables(result, TableFormat::kText) + training_note(result) + costs_text(result);
}

std::string render_json(const StudyResult& result) {
  const auto& plan = result.plan;
  ordered_json json{{"format", "r2rank-study"},  {"version", 1},
                    {"name", plan.name},         {"title", plan.title},
                    {"question", plan.question}, {"reference", plan.reference},
                    {"axis", plan.axis},         {"metric", plan.metric},
                    {"slates", plan.slates},     {"sample_seed", plan.sample_seed},
                    {"seeds", plan.seeds}};
  for (const auto& arm : result.arms) json["arms"].push_back(arm_json(arm));
  json["table"] = experiment::table_json(result.table);
  for (const auto& slice : result.slices) json["slices"].push_back(experiment::comparison_json(slice));
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string render_csv(const StudyResult& result) {
  return tables(result, TableFormat::kCsv);
}

}  // namespace r2rank::study
