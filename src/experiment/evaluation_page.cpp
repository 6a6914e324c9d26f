#include "experiment/evaluation_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiment/beyond_render.h"
#include "experiment/comparison_data.h"
#include "experiment/comparison_render.h"
#include "experiment/table_data.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json as_json(const metrics::Interval& interval) {
  return {{"mean", interval.mean}, {"lo", interval.lo}, {"hi", interval.hi}};
}

Json result_json(const ResultTable& table, const TableRow& row) {
  Json json = Json::object();
  for (size_t i = 0; i < row.metrics.size(); ++i) {
    json[table.metrics[i]] = as_json(row.metrics[i]);
    if (row.seeds > 1) json[table.metrics[i]]["seed_deviation"] = row.seed_deviations[i];
  }
  return json;
}

Json pair_json(const ResultTable& table, const PairedRow& row) {
  Json json = Json::object();
  for (size_t i = 0; i < row.tests.size(); ++i) {
    auto& test = json[table.metrics[i]] = as_json(row.tests[i].difference);
    test["p"] = row.tests[i].p_bootstrap;
    test["p_permutation"] = row.tests[i].p_permutation;
    test["p_holm"] = row.tests[i].p_holm;
  }
  return json;
}

void add_further_tables(const EvaluationPage& page, Json& json) {
  for (const auto& slice : page.slices) json["slices"].push_back(comparison_json(slice));
  if (page.beyond) json["beyond_accuracy"] = beyond_json(*page.beyond);
  for (const auto& [scorer, notes] : page.notes)
    for (const auto& [name, value] : notes) json["notes"][scorer][name] = value;
}

}  // namespace

namespace {

std::string notes_text(const EvaluationPage& page, TableFormat format) {
  std::string text;
  const bool markdown = format == TableFormat::kMarkdown;
  if (!markdown && format != TableFormat::kText) return text;
  for (const auto& [scorer, notes] : page.notes) {
    text += fmt::format("\n{}{}:", markdown ? "Notes of " : "notes of ", scorer);
    for (const auto& [name, value] : notes) text += fmt::format(" {} {:.4g};", name, value);
    text.back() = '\n';
  }
  return text;
}

}  // namespace

std::string render(const EvaluationPage& page, TableFormat format) {
  const ResultTable shown = with_columns(page.table, page.columns);
  if (format == TableFormat::kJson) {
    Json json = table_json(shown);
    add_further_tables(page, json);
    return written(json);
  }
  std::string text = render(shown, format);
  for (const auto& slice : page.slices) text += fmt::format("\n{}", render(slice, format));
  if (page.beyond) text += fmt::format("\n{}", render(*page.beyond, format));
  return text + notes_text(page, format);
}

std::string summary_json(const EvaluationPage& page) {
  const ResultTable& table = page.table;
  Json json = {{"protocol", table.protocol}, {"users", table.users}};
  if (!page.dtype.empty()) json["dtype"] = page.dtype;
  json["results"] = json["paired"] = json["seconds"] = Json::object();
  for (const auto& row : table.rows) json["results"][row.scorer] = result_json(table, row);
  for (const auto& pair : table.pairs)
    json["paired"][fmt::format("{}-{}", pair.a, pair.b)] = pair_json(table, pair);
  for (const auto& [what, seconds] : page.seconds) json["seconds"][what] = seconds;
  for (const auto& [what, value] : page.made_from) json["made_from"][what] = value;
  add_further_tables(page, json);
  return written(json);
}

}  // namespace r2rank::experiment
