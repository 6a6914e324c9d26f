#include "report/study_section.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/json.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::report {
namespace {

constexpr const char* kFormat = "r2rank-study";
constexpr int64_t kVersion = 1;

Json number(const Json& value) {
  return value.is_null() ? Json() : rounded(value.get<double>());
}

const Json* row_called(const Json& table, const std::string& name) {
  for (const auto& row : table.at("rows"))
    if (row.at("scorer") == name) return &row;
  return nullptr;
}

Json pair_json(const Json& pair, const std::string& metric) {
  const Json& test = pair.at("metrics").at(metric);
  return {{"to", pair.at("b").get<std::string>()}, {"mean", number(test.at("mean"))},
          {"lo", number(test.at("lo"))},           {"hi", number(test.at("hi"))},
          {"p", number(test.at("p_permutation"))}, {"p_holm", number(test.at("p_holm"))}};
}

/// The arm minus the reference; null where it was not tested against it.
Json paired_in(const Json& table, const std::string& name, const std::string& reference,
               const std::string& metric) {
  for (const auto& pair : table.at("paired"))
    if (pair.at("a") == name && pair.at("b") == reference) return pair_json(pair, metric);
  return nullptr;
}

/// The plan's own pairs.
Json further_pairs(const Json& table, const std::string& reference, const std::string& metric) {
  Json pairs = Json::array();
  for (const auto& pair : table.at("paired")) {
    if (pair.at("b") == reference) continue;
    Json json = {{"arm", pair.at("a").get<std::string>()}};
    json.update(pair_json(pair, metric));
    pairs.push_back(std::move(json));
  }
  return pairs;
}

/// Whether arms are trained once, whose noise no interval covers. (Of several seeds those that came to the
/// same are one in the table.)
bool has_one_training(const Json& study) {
  if (study.at("seeds").size() > 1) return false;
  for (const auto& arm : study.at("arms"))
    if (const Json& seconds = arm.at("training_seconds"); seconds.is_number() && seconds.get<double>() > 0)
      return true;
  return false;
}

/// [[name, value], ...] of what was noted about its rationales.
Json notes_json(const Json& arm) {
  Json notes = Json::array();
  if (!arm.contains("notes")) return notes;
  for (const auto& [name, value] : arm.at("notes").items())
    notes.push_back(Json::array({name, number(value)}));
  return notes;
}

/// An arm with its figures of the table; without a place on the axis it stands by its name.
Json arm_json(const Json& arm, const Json& table, const std::string& reference, const std::string& metric,
              const std::string& source) {
  const auto name = arm.at("name").get<std::string>();
  const Json* row = row_called(table, name);
  if (row == nullptr)
    base::fail_data("report", "expected a row of the table for the arm '{}' in {}, found none", name, source);
  const Json& value = row->at("metrics").at(metric);
  return {{"name", name},
          {"x", arm.contains("x") ? rounded(arm.at("x").get<double>(), 8) : Json(name)},
          {"mean", number(value.at("mean"))},
          {"lo", number(value.at("lo"))},
          {"hi", number(value.at("hi"))},
          {"users", table.at("users").get<int64_t>()},
          {"seconds", number(arm.at("training_seconds"))},
          {"tokens_per_slate", number(row->at("tokens_per_slate"))},
          {"paired", paired_in(table, name, reference, metric)},
          {"notes", notes_json(arm)}};
}

/// Numbers far apart read better on a logarithm. Arms without one stand beside the line; of fewer than two
/// with one there is none.
std::string scale_of(const Json& arms) {
  double least = INFINITY, most = -INFINITY;
  for (const auto& arm : arms) {
    if (!arm.contains("x")) continue;
    least = std::min(least, arm.at("x").get<double>());
    most = std::max(most, arm.at("x").get<double>());
  }
  if (least >= most) return "category";
  return least > 0 && most >= 8 * least ? "log" : "linear";
}

Json cell_json(const Json& cell) {
  if (cell.is_null()) return nullptr;
  Json json = {
      {"mean", number(cell.at("mean"))}, {"lo", number(cell.at("lo"))}, {"hi", number(cell.at("hi"))}};
  if (!cell.contains("to_reference")) return json;
  const Json& test = cell.at("to_reference");
  json["to_reference"] = {{"mean", number(test.at("mean"))}, {"p_holm", number(test.at("p_holm"))}};
  return json;
}

/// A slice's table, as experiment::comparison_json() writes it, without what the page does not show.
Json slice_json(const Json& slice, const std::string& source) {
  Json json = {{"title", slice.at("title").get<std::string>()},
               {"metric", slice.at("metric").get<std::string>()},
               {"reference",
                slice.at("reference").is_null() ? Json() : Json(slice.at("reference").get<std::string>())},
               {"columns", Json::array()},
               {"rows", Json::array()}};
  for (const auto& column : slice.at("columns"))
    json["columns"].push_back({{"name", column.at("name").get<std::string>()},
                               {"protocol", column.at("protocol").get<std::string>()},
                               {"users", column.at("users").get<int64_t>()}});
  for (const auto& row : slice.at("rows")) {
    Json cells = Json::array();
    for (const auto& cell : row.at("cells")) cells.push_back(cell_json(cell));
    if (cells.size() != json["columns"].size())
      base::fail_data("report", "expected {} cells in each row of the slice '{}' in {}, found {}",
                      json["columns"].size(), slice.at("title").get<std::string>(), source, cells.size());
    json["rows"].push_back({{"scorer", row.at("scorer").get<std::string>()}, {"cells", cells}});
  }
  return json;
}

Json checked(const Json& study, const base::Path& path, const std::string& source) {
  const Json& table = study.at("table");
  const auto protocol = table.at("protocol").get<std::string>(), name = study.at("name").get<std::string>(),
             title = study.at("title").get<std::string>(), metric = study.at("metric").get<std::string>(),
             reference = study.at("reference").get<std::string>(),
             column = metrics::full_name(metric, protocol);
  const std::string scale = scale_of(study.at("arms"));
  const std::string axis = scale == "category" ? "arm" : study.at("axis").get<std::string>();
  Json json = {{"path", path.string()},
               {"name", name},
               {"title", title.empty() ? name : title},
               {"question", study.at("question").get<std::string>()},
               {"metric", metric},
               {"protocol", protocol},
               {"slates_hash", table.at("slates_hash").get<std::string>()},
               {"axis", {{"label", axis}, {"scale", scale}}},
               {"arms", Json::array()},
               {"pairs", further_pairs(table, reference, column)},
               {"one_training", has_one_training(study)},
               {"slices", Json::array()}};
  for (const auto& arm : study.at("arms"))
    json["arms"].push_back(arm_json(arm, table, reference, column, source));
  if (study.contains("slices"))
    for (const auto& slice : study.at("slices")) json["slices"].push_back(slice_json(slice, source));
  return json;
}

}  // namespace

Json study_json(const base::Path& path) {
  const base::Path file = std::filesystem::is_directory(path) ? path / "study.json" : path;
  const Json study = read_json(file);
  base::check_format(study, kFormat, kVersion, "report", file.string());
  return reading(file, [&] { return checked(study, path, file.string()); });
}

}  // namespace r2rank::report
