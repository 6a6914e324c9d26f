#include "report/study_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/json.h"

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

}  // namespace

Json study_json(const base::Path& path) {
  const base::Path file = std::filesystem::is_directory(path) ? path / "study.json" : path;
  const Json study = read_json(file);
  base::check_format(study, kFormat, kVersion, "report", file.string());
  return reading(file, [&] {
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
