#include "experiment/comparison_row.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "experiment/baseline_folder.h"
#include "experiment/blend.h"
#include "experiment/lambdamart.h"
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

MeasuredRow from_json(const Json& json) {
  MeasuredRow row;
  row.method = json.at("method").get<std::string>();
  row.settings = texts(json.at("settings"));
  row.budget = texts(json.at("budget"));
  row.seed = json.at("seed").get<int64_t>();
  row.training_seconds = json.at("training_seconds").get<double>();
  row.scoring_seconds = json.at("scoring_seconds").get<double>();
  row.slates = json.at("slates").get<int64_t>();
  row.tokens_per_slate = json.at("tokens_per_slate").get<double>();
  row.ms_per_slate = json.at("ms_per_slate").get<double>();
  row.trials = json.at("trials").get<int64_t>();
  row.trials_not_begun = json.at("trials_not_begun").get<int64_t>();
  row.trials_cut = json.at("trials_cut").get<int64_t>();
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

/// Of the scores alone: the milliseconds beside them are never the same.
std::string scores_hash(const StoredRow& row) {
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

StoredRow read_whole(const base::Path& folder, const Json& card) {
  if (card.at("tables") != tables_in(folder))
    base::fail_data("compare", "expected the tables that row.json names in {}, found others",
                    folder.string());
  StoredRow row{.measured = from_json(card.at("row")), .valid = {}, .test = {}};
  row.measured.report = card.at("report").dump();
  row.test = metrics::load_per_user(folder / "test.parquet");
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

template <class Options>
baselines::SettingValues all_settings(const baselines::SettingValues& given) {
  auto options = configured<Options>(given);
  base::ConfigFields fields;
  options.describe(fields);
  return values_of(fields);
}

Json combination_json(const RowPlan& row) {
  return {{"settings", settings_json(row.method == "blend" ? all_settings<BlendOptions>(row.settings)
                                                           : all_settings<LambdaMartOptions>(row.settings))},
          {"seed_given", !given_setting(row.settings, "seed").empty()},
          {"combination_version", kCombinationVersion}};
}

/// Settings at their defaults too: another default makes other rows. A model counts by what it holds.
Json method_json(const RowPlan& row, FileIdentities& files) {
  const auto method = make_method(row.method);
  set_settings(*method, row.settings);
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
  Json key = is_combination(row) ? combination_json(row) : method_json(row, files);
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
    const std::string text = base::read_file(path);
    base::check_format(base::parse_json(text, "compare", path.string()), kFormat, kVersion, "compare",
                       path.string());
    const Json card = Json::parse(text);
    if (card.at("key") != key) return std::nullopt;
    return read_whole(folder, card);
  } catch (const base::Error& error) {
    base::log_warning("{}; the row is made anew", error.what());
  } catch (const nlohmann::json::exception&) {
    base::log_warning("{} is damaged; the row is made anew", path.string());
  }
  return std::nullopt;
}

void write_row(const base::Path& folder, const std::string& key, const StoredRow& row) {
  base::AtomicFolder target(folder, true);
  metrics::save_per_user(row.test, target.path() / "test.parquet");
  if (!row.valid.slate_ids.empty()) metrics::save_per_user(row.valid, target.path() / "valid.parquet");
  const Json card = {{"format", kFormat},
                     {"version", kVersion},
                     {"key", key},
                     {"tables", tables_in(target.path())},
                     {"scores_hash", scores_hash(row)},
                     {"row", as_json(row.measured)},
                     {"report", Json::parse(row.measured.report.empty() ? "{}" : row.measured.report)}};
  base::write_file(target.path() / "row.json",
                   card.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  target.commit();
}

}  // namespace r2rank::experiment
