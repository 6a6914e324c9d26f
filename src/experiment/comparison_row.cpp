#include "experiment/comparison_row.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "experiment/baseline_folder.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kFormat = "r2rank-comparison-row";
constexpr int64_t kVersion = 1;

nlohmann::ordered_json as_json(const MeasuredRow& row) {
  return {{"method", row.method},
          {"settings", settings_json(row.settings)},
          {"training_seconds", row.training_seconds},
          {"scoring_seconds", row.scoring_seconds},
          {"slates", row.slates},
          {"trials", row.trials},
          {"valid_ndcg", row.valid_ndcg}};
}

MeasuredRow from_json(const nlohmann::json& json) {
  MeasuredRow row;
  row.method = json.at("method").get<std::string>();
  for (const auto& [name, value] : json.at("settings").items())
    row.settings.emplace_back(name, value.get<std::string>());
  row.training_seconds = json.at("training_seconds").get<double>();
  row.scoring_seconds = json.at("scoring_seconds").get<double>();
  row.slates = json.at("slates").get<int64_t>();
  row.trials = json.at("trials").get<int64_t>();
  row.valid_ndcg = json.at("valid_ndcg").get<double>();
  return row;
}

StoredRow read_whole(const base::Path& folder, const nlohmann::json& card) {
  StoredRow row{
      .measured = from_json(card.at("row")), .report = card.at("report").dump(), .valid = {}, .test = {}};
  row.test = metrics::load_per_user(folder / "test.parquet");
  if (std::filesystem::exists(folder / "valid.parquet"))
    row.valid = metrics::load_per_user(folder / "valid.parquet");
  return row;
}

}  // namespace

std::string row_key(const RowPlan& row, const ComparisonPlan& plan, const data::Split& split,
                    const data::Dataset& dataset, const std::vector<std::string>& parts) {
  base::ConfigFields fields;
  baselines::FitOptions fit = row.fit;
  baselines::TuneOptions tune = row.budget;
  fit.describe(fields);
  tune.describe(fields);
  const nlohmann::ordered_json key = {{"method", row.method},
                                      {"settings", settings_json(row.settings)},
                                      {"tune", row.tune},
                                      {"parts", parts},
                                      {"slates", row.slates},
                                      {"seed", plan.seed},
                                      {"budget", is_combination(row) ? "" : fields.as_json()},
                                      {"dataset", dataset.hash},
                                      {"training", data::training_hash(split)},
                                      {"valid", split.valid.hash},
                                      {"test", split.test.hash}};
  return base::hash_hex(key.dump());
}

std::optional<StoredRow> read_row(const base::Path& folder, const std::string& key) {
  const base::Path path = folder / "row.json";
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    const nlohmann::json card = base::parse_json(base::read_file(path), "compare", path.string());
    base::check_format(card, kFormat, kVersion, "compare", path.string());
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
  const nlohmann::ordered_json card = {{"format", kFormat},
                                       {"version", kVersion},
                                       {"key", key},
                                       {"row", as_json(row.measured)},
                                       {"report", nlohmann::ordered_json::parse(row.report)}};
  base::write_file(target.path() / "row.json", card.dump(1) + "\n");
  metrics::save_per_user(row.test, target.path() / "test.parquet");
  if (!row.valid.slate_ids.empty()) metrics::save_per_user(row.valid, target.path() / "valid.parquet");
  target.commit();
}

}  // namespace r2rank::experiment
