#include "report/study_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "base/json.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::report {
namespace {

constexpr const char* kFormat = "r2rank-study";
constexpr int64_t kVersion = 1;
constexpr std::array<std::string_view, 3> kScales = {"linear", "log", "category"};

std::string text(const Json& json, const char* name) {
  return json.contains(name) ? json.at(name).get<std::string>() : "";
}

/// null where it is missing.
Json number(const Json& json, const char* name) {
  if (!json.contains(name) || json.at(name).is_null()) return nullptr;
  return rounded(json.at(name).get<double>());
}

Json axis_json(const Json& axis, const std::string& source) {
  const std::string scale = axis.value("scale", "category");
  if (std::find(kScales.begin(), kScales.end(), scale) == kScales.end())
    base::fail_data("report", "expected linear, log or category as the axis's 'scale' in {}, found '{}'",
                    source, scale);
  return {{"label", axis.at("label").get<std::string>()}, {"scale", scale}};
}

Json place_json(const Json& arm, const Json& axis, const std::string& source) {
  const Json& x = arm.at("x");
  const bool fits = axis["scale"] == "category" ? x.is_string() || x.is_number() : x.is_number();
  if (!fits || (axis["scale"] == "log" && x.get<double>() <= 0))
    base::fail_data("report", "expected a place on the {} axis as 'x' of an arm in {}, found {}",
                    axis["scale"].get<std::string>(), source, base::json_excerpt(x));
  return x.is_number() ? rounded(x.get<double>(), 8) : x;
}

Json paired_json(const Json& arm) {
  if (!arm.contains("paired") || arm.at("paired").is_null()) return nullptr;
  const Json& paired = arm.at("paired");
  Json json = {{"to", paired.at("to").get<std::string>()}};
  for (const char* name : {"mean", "lo", "hi", "p", "p_holm"}) json[name] = number(paired, name);
  return json;
}

Json arm_json(const Json& arm, const Json& axis, const std::string& source) {
  Json json = {{"name", arm.at("name").get<std::string>()},
               {"series", text(arm, "series")},
               {"x", place_json(arm, axis, source)},
               {"mean", rounded(arm.at("mean").get<double>())}};
  for (const char* name : {"lo", "hi", "users", "seconds", "tokens_per_slate"})
    json[name] = number(arm, name);
  json["paired"] = paired_json(arm);
  json["note"] = text(arm, "note");
  return json;
}

// ---- a study folder's own file: arms by name, their figures in a table as `eval --format json` has it ----

const Json* row_called(const Json& table, const std::string& name) {
  for (const auto& row : table.at("rows"))
    if (row.at("scorer") == name) return &row;
  return nullptr;
}

/// The arm minus what it was tested against; null where it was not.
Json paired_in(const Json& table, const std::string& name, const std::string& metric) {
  for (const auto& pair : table.at("paired")) {
    if (pair.at("a") != name) continue;
    const Json& test = pair.at("metrics").at(metric);
    return {{"to", pair.at("b")},  {"mean", test.at("mean")},       {"lo", test.at("lo")},
            {"hi", test.at("hi")}, {"p", test.at("p_permutation")}, {"p_holm", test.at("p_holm")}};
  }
  return nullptr;
}

Json arm_of_table(const Json& arm, const Json& table, const std::string& metric, const std::string& source) {
  const auto name = arm.at("name").get<std::string>();
  const Json* row = row_called(table, name);
  if (row == nullptr)
    base::fail_data("report", "expected a row of the table for the arm '{}' in {}, found none", name, source);
  const Json& value = row->at("metrics").at(metric);
  return {{"name", name},
          {"x", arm.contains("x") ? arm.at("x") : Json(name)},
          {"mean", value.at("mean")},
          {"lo", value.at("lo")},
          {"hi", value.at("hi")},
          {"users", table.at("users")},
          {"seconds", arm.at("training_seconds")},
          {"tokens_per_slate", row->at("tokens_per_slate")},
          {"paired", paired_in(table, name, metric)}};
}

/// Numbers far apart read better on a logarithm.
std::string scale_of(const Json& arms) {
  double least = INFINITY, most = -INFINITY;
  for (const auto& arm : arms) {
    if (!arm.contains("x")) return "category";
    least = std::min(least, arm.at("x").get<double>());
    most = std::max(most, arm.at("x").get<double>());
  }
  return least > 0 && most >= 8 * least ? "log" : "linear";
}

/// The same study with its figures in its arms.
Json with_figures(const Json& study, const std::string& source) {
  const Json& table = study.at("table");
  const auto protocol = table.at("protocol").get<std::string>();
  const std::string metric = metrics::full_name(study.at("metric").get<std::string>(), protocol);
  const std::string scale = scale_of(study.at("arms")), title = text(study, "title");
  Json result = {{"name", study.at("name")},
                 {"title", title.empty() ? study.at("name") : Json(title)},
                 {"question", text(study, "question")},
                 {"metric", study.at("metric")},
                 {"protocol", protocol},
                 {"slates_hash", table.at("slates_hash")},
                 {"axis", {{"label", scale == "category" ? "arm" : text(study, "axis")}, {"scale", scale}}},
                 {"arms", Json::array()}};
  for (const auto& arm : study.at("arms")) result["arms"].push_back(arm_of_table(arm, table, metric, source));
  return result;
}

}  // namespace

Json study_json(const base::Path& path) {
  const base::Path file = std::filesystem::is_directory(path) ? path / "study.json" : path;
  const Json read = read_json(file);
  base::check_format(read, kFormat, kVersion, "report", file.string());
  return reading(file, [&] {
    const Json study = read.contains("table") ? with_figures(read, file.string()) : read;
    const Json axis = axis_json(study.at("axis"), file.string());
    Json json = {{"path", path.string()},
                 {"name", study.at("name").get<std::string>()},
                 {"title", study.at("title").get<std::string>()},
                 {"metric", study.at("metric").get<std::string>()},
                 {"axis", axis},
                 {"arms", Json::array()},
                 {"notes", Json::array()}};
    for (const char* name : {"question", "conclusion", "command", "dataset", "protocol", "slates_hash"})
      json[name] = text(study, name);
    for (const auto& arm : study.at("arms")) json["arms"].push_back(arm_json(arm, axis, file.string()));
    if (study.contains("notes"))
      for (const auto& note : study.at("notes")) json["notes"].push_back(note.get<std::string>());
    return json;
  });
}

}  // namespace r2rank::report
