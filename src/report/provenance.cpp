#include "report/provenance.h"

#include <fmt/format.h>

#include <filesystem>

namespace r2rank::report {
namespace {

namespace fs = std::filesystem;

/// A value for a table of two columns.
std::string shown(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? rounded(value.get<double>()).dump() : value.dump();
}

/// The fields of an object that are no objects or lists themselves.
void add_details(const Json& object, Json& details) {
  for (const auto& [name, value] : object.items())
    if (!value.is_structured() && !value.is_null() && shown(value) != "")
      details.push_back(Json::array({name, shown(value)}));
}

/// What the card of a trained model says about its training, beside the configuration.
void add_training(const fs::path& run, Json& details) {
  for (const char* folder : {"model", "checkpoint"}) {
    const fs::path card = run / folder / "r2rank.json";
    if (!fs::exists(card)) continue;
    details.push_back(Json::array({"state", std::string(folder) == "model" ? "finished" : "interrupted"}));
    const Json json = read_json(card);
    if (json.contains("model") && json["model"].contains("dtype"))
      details.push_back(Json::array({"dtype", shown(json["model"]["dtype"])}));
    if (json.contains("training") && json["training"].is_object()) add_details(json["training"], details);
    return;
  }
}

void describe_run(const fs::path& run, Json& json) {
  const std::string config = (run / "config.toml").string();
  json["command"] = fmt::format("r2rank train --config {} --output NEW_FOLDER", config);
  json["text"] = base::read_file(config);
  add_training(run, json["details"]);
}

void describe_evaluation(const fs::path& folder, Json& json) {
  if (!fs::exists(folder / "summary.json")) return;
  const Json summary = read_json(folder / "summary.json");
  if (summary.contains("made_from") && summary["made_from"].is_object()) {
    Json made_from = summary["made_from"];
    if (made_from.contains("command")) json["command"] = shown(made_from["command"]);
    made_from.erase("command");
    add_details(made_from, json["details"]);
  }
  if (summary.contains("dtype")) json["details"].push_back(Json::array({"dtype", shown(summary["dtype"])}));
  if (!summary.contains("seconds") || !summary["seconds"].is_object()) return;
  for (const auto& [what, seconds] : summary["seconds"].items())
    json["details"].push_back(Json::array({"seconds: " + what, shown(seconds)}));
}

void describe_comparison(const fs::path& folder, Json& json) {
  const fs::path path = folder / "baselines.json";
  if (!fs::exists(path)) {
    json["details"].push_back(Json::array({"state", "not finished: it has no baselines.json"}));
    return;
  }
  const Json tables = read_json(path);
  reading(path, [&] {
    if (tables.contains("command")) json["command"] = shown(tables.at("command"));
    if (!tables.contains("rows")) return;
    for (const auto& row : tables.at("rows"))
      if (row.contains("failure"))
        json["details"].push_back(
            Json::array({fmt::format("failed: {} / {}", row.at("dataset").get<std::string>(),
                                     row.at("row").get<std::string>()),
                         shown(row.at("failure"))}));
  });
}

void describe_baseline(const fs::path& folder, Json& json) {
  const Json card = read_json(folder / "baseline.json");
  add_details(card, json["details"]);
  if (card.contains("settings") && card["settings"].is_object())
    add_details(card["settings"], json["details"]);
}

void describe_file(const fs::path& path, Json& json) {
  const fs::path file = fs::is_directory(path) ? path / "study.json" : path;
  const Json content = read_json(file);
  if (content.contains("command")) json["command"] = shown(content["command"]);
  add_details(content, json["details"]);
  if (!content.contains("arms")) return;
  for (const auto& arm : content["arms"]) {
    if (!arm.is_object() || !arm.contains("commands") || !arm["commands"].is_array()) continue;
    for (const auto& command : arm["commands"])
      json["details"].push_back(Json::array({"arm " + shown(arm.value("name", Json("?"))), shown(command)}));
  }
}

}  // namespace

Json provenance_json(const Source& source) {
  Json json = {{"kind", kind_name(source.kind)},
               {"path", source.path.string()},
               {"command", ""},
               {"details", Json::array()},
               {"text", ""}};
  switch (source.kind) {
    case SourceKind::kRun:
      describe_run(source.path, json);
      break;
    case SourceKind::kEvaluation:
      describe_evaluation(source.path, json);
      break;
    case SourceKind::kComparison:
      describe_comparison(source.path, json);
      break;
    case SourceKind::kBaseline:
      describe_baseline(source.path, json);
      break;
    case SourceKind::kBench:
    case SourceKind::kStudy:
      describe_file(source.path, json);
      break;
    case SourceKind::kDataset:
    case SourceKind::kSplit:
      break;
  }
  return json;
}

}  // namespace r2rank::report
