#include "experiment/comparison_row.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "experiment/baseline_folder.h"
#include "experiment/combination.h"
#include "experiment/methods.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "r2rank-comparison-row";
constexpr int64_t kVersion = 2;
constexpr int64_t kCombinationVersion = 3;  // raise it when code changes what combinations alone come out as

// ---- row.json ----

Json notes_json(const MeasuredRow& row) {
  Json json = Json::object();
  for (const auto& [name, value] : row.notes) json[name] = std::isfinite(value) ? Json(value) : Json();
  return json;
}

Json as_json(const MeasuredRow& row) {
  return {{"method", row.method},
          {"settings", settings_json(row.settings)},
          {"budget", settings_json(row.budget)},
          {"seed", row.seed},
          {"training_seconds", row.training_seconds},
          {"scoring_seconds", row.scoring_seconds},
          {"slates", row.slates},
          {"tokens_per_slate", row.tokens_per_slate},
          {"ms_per_slate", row.ms_per_slate},
          {"trials", row.trials},
          {"trials_not_begun", row.trials_not_begun},
          {"trials_cut", row.trials_cut},
          {"ended_by", row.ended_by},
          {"valid_ndcg", std::isnan(row.valid_ndcg) ? Json() : Json(row.valid_ndcg)},
          {"notes", notes_json(row)}};
}

baselines::SettingValues texts(const nlohmann::ordered_json& json) {
  baselines::SettingValues values;
  for (const auto& [name, value] : json.items()) values.emplace_back(name, value.get<std::string>());
  return values;
}

int64_t whole_number(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!value.is_number_integer()) throw std::invalid_argument(fmt::format("'{}' is no whole number", key));
  return value.get<int64_t>();
}

MeasuredRow from_json(const Json& json) {
  MeasuredRow row;
  row.method = json.at("method").get<std::string>();
  row.settings = texts(json.at("settings"));
  row.budget = texts(json.at("budget"));
  row.seed = whole_number(json, "seed");
  row.training_seconds = json.at("training_seconds").get<double>();
  row.scoring_seconds = json.at("scoring_seconds").get<double>();
  row.slates = whole_number(json, "slates");
  row.tokens_per_slate = json.at("tokens_per_slate").get<double>();
  row.ms_per_slate = json.at("ms_per_slate").get<double>();
  row.trials = whole_number(json, "trials");
  row.trials_not_begun = whole_number(json, "trials_not_begun");
  row.trials_cut = whole_number(json, "trials_cut");
  row.ended_by = json.at("ended_by").get<std::string>();
  if (!json.at("valid_ndcg").is_null()) row.valid_ndcg = json.at("valid_ndcg").get<double>();
  for (const auto& [name, value] : json.at("notes").items())
    row.notes.emplace_back(name, value.is_null() ? NAN : value.get<double>());
  return row;
}

/// Name and hash of the tables in a row's folder: tables of another row are not taken for this one's.
Json tables_in(const base::Path& folder) {
  Json tables = Json::object();
  for (const char* name : {"test.parquet", "valid.parquet"})
    if (std::filesystem::exists(folder / name)) tables[name] = base::hash_hex(base::read_file(folder / name));
  return tables;
}

void write_card(const Json& card, const base::Path& folder) {
  base::write_file(folder / "row.json", card.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

StoredRow read_whole(const base::Path& folder, const Json& card) {
  if (card.at("tables") != tables_in(folder))
    base::fail_data("compare", "expected the tables that row.json names in {}, found others",
                    folder.string());
  StoredRow row{
      .measured = parse_measured(card.at("row"), (folder / "row.json").string()), .valid = {}, .test = {}};
  row.scores_hash = card.at("scores_hash").get<std::string>();
  row.ranks_only = card.value("ranks_only", false);
  row.measured.report = card.at("report").dump();
  row.test = metrics::load_per_user(folder / "test.parquet");
  row.test.ranks_only = row.ranks_only;  // older programs did not write it into the table
  if (std::filesystem::exists(folder / "valid.parquet"))
    row.valid = metrics::load_per_user(folder / "valid.parquet");
  return row;
}

// ---- key ----

baselines::SettingValues values_of(base::ConfigFields& fields) {
  baselines::SettingValues values;
  for (const auto& field : fields.all()) values.emplace_back(field.name, field.as_text());
  return values;
}

Json combination_json(const RowPlan& row) {
  return {{"settings", settings_json(combination_settings(row.method, row.settings))},
          {"seed_given", !given_setting(row.settings, "seed").empty()},
          {"combination_version", kCombinationVersion}};
}

/// Settings at their defaults too: another default makes other rows. A model counts by what it holds.
Json method_json(const RowPlan& row, int64_t seed, FileIdentities& files) {
  const auto method = make_method(row.method);
  set_settings(*method, settings_for_seed(row, seed));
  auto settings = settings_of(*method);
  for (auto& [name, value] : settings)
    if (name == "model" && !value.empty()) value = files.of(value);
  Json json = {{"settings", settings_json(settings)}};
  if (!row.tune) return json;
  for (const auto& trial : method->trials()) json["trials"].push_back(settings_json(trial));
  return json;
}

}  // namespace

bool is_cut_by_clock(const MeasuredRow& row) {
  return row.trials_cut > 0 || row.trials_not_begun > 0;
}

baselines::SettingValues budget_of(const RowPlan& row) {
  if (is_combination(row)) return {};
  base::ConfigFields fields;
  baselines::FitOptions fit = row.fit;
  baselines::TuneOptions tune = row.budget;
  fit.describe(fields);
  if (row.tune) tune.describe(fields);
  return values_of(fields);
}

std::string row_key(const RowRun& run, const ComparisonPlan& plan, const data::Split& split,
                    const data::Dataset& dataset, FileIdentities& files) {
  const RowPlan& row = run.row;
  Json key = is_combination(row) ? combination_json(row) : method_json(row, run.seed, files);
  key.update(Json{{"results_version", kResultsVersion},
                  {"method", row.method},
                  {"parts", run.parts},
                  {"slates", row.slates},
                  {"sample_seed", row.slates > 0 ? plan.seed : 0},
                  {"seed", run.seed},
                  {"budget", settings_json(budget_of(row))},
                  {"dataset", dataset.hash},
                  {"training", data::training_hash(split)},
                  {"valid", split.valid.hash},
                  {"test", split.test.hash}});
  return base::hash_hex(key.dump(-1, ' ', false, Json::error_handler_t::replace));
}

MeasuredRow parse_measured(const Json& json, const std::string& source) {
  const auto refuse = [&](const std::exception& error) -> MeasuredRow {
    base::fail_data("compare", "expected what a row of a comparison says of itself in {} (found: {})", source,
                    error.what());
  };
  try {
    return from_json(json);
  } catch (const nlohmann::json::exception& error) {
    return refuse(error);
  } catch (const std::invalid_argument& error) {
    return refuse(error);
  }
}

std::string hash_of_scores(const StoredRow& row) {
  std::string bytes;
  const auto add = [&bytes](const void* data, size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  };
  for (const auto* results : {&row.valid, &row.test})
    for (size_t i = 0; i < results->slate_ids.size(); ++i) {
      add(&results->slate_ids[i], sizeof results->slate_ids[i]);
      add(results->scores[i].data(), results->scores[i].size() * sizeof results->scores[i][0]);
    }
  return base::hash_hex(bytes);
}

std::string key_of_results(const std::string& key, const base::Path& folder) {
  const base::Path path = folder / "row.json";
  if (!std::filesystem::exists(path)) return key;
  const auto card = nlohmann::json::parse(base::read_file(path), nullptr, false);
  const auto found = card.is_object() ? card.find("scores_hash") : card.end();
  return found != card.end() && found->is_string() ? key + " " + found->get<std::string>() : key;
}

bool has_row(const base::Path& folder, const std::string& key) {
  const base::Path path = folder / "row.json";
  if (!std::filesystem::exists(path)) return false;
  const auto card = nlohmann::json::parse(base::read_file(path), nullptr, false);
  return card.is_object() && card.value("key", nlohmann::json()) == key;
}

std::optional<StoredRow> read_row(const base::Path& folder, const std::string& key) {
  const base::Path path = folder / "row.json";
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    const Json card = read_card(folder);
    if (card.at("key") != key) return std::nullopt;
    return read_whole(folder, card);
  } catch (const base::Error& error) {
    base::log_warning("{}; the row is made anew", error.what());
  } catch (const nlohmann::json::exception&) {
    base::log_warning("{} is damaged; the row is made anew", path.string());
  }
  return std::nullopt;
}

Json read_card(const base::Path& folder) {
  const base::Path path = folder / "row.json";
  const std::string text = base::read_file(path);
  base::check_format(base::parse_json(text, "compare", path.string()), kFormat, kVersion, "compare",
                     path.string());
  return Json::parse(text);
}

void write_ranked_row(const base::Path& folder, const Json& card, const metrics::PerUserResults& test) {
  base::AtomicFolder target(folder, true);
  metrics::save_per_user(test, target.path() / "test.parquet");
  Json whole = {{"format", kFormat},
                {"version", kVersion},
                {"key", card.at("key")},
                {"ranks_only", true},
                {"tables", tables_in(target.path())}};
  for (const char* field : {"scores_hash", "row", "report"}) whole[field] = card.at(field);
  write_card(whole, target.path());
  target.commit();
}

void write_row(const base::Path& folder, const std::string& key, const StoredRow& row) {
  base::AtomicFolder target(folder, true);
  metrics::save_per_user(row.test, target.path() / "test.parquet");
  if (!row.valid.slate_ids.empty()) metrics::save_per_user(row.valid, target.path() / "valid.parquet");
  const Json card = {{"format", kFormat},
                     {"version", kVersion},
                     {"key", key},
                     {"tables", tables_in(target.path())},
                     {"scores_hash", hash_of_scores(row)},
                     {"row", as_json(row.measured)},
                     {"report", Json::parse(row.measured.report.empty() ? "{}" : row.measured.report)}};
  write_card(card, target.path());
  target.commit();
}

}  // namespace r2rank::experiment
