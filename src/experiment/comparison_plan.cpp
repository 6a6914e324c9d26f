#include "experiment/comparison_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/toml_text.h"
#include "data/import.h"
#include "data/split.h"
#include "experiment/blend.h"
#include "experiment/comparison_check.h"
#include "experiment/lambdamart.h"
#include "experiment/methods.h"
#include "experiment/plan_value.h"

namespace r2rank::experiment {
namespace {

constexpr std::string_view kBlend = "blend", kLambdaMart = "lambdamart";

/// Settings of a sub-table, checked against the fields that will take them.
template <class Config>
baselines::SettingValues settings_for(const toml::node& node, const std::string& key, Config config,
                                      PlanFile& file) {
  base::ConfigFields fields;
  config.describe(fields);
  baselines::SettingValues values;
  for (const auto& [name, value] : table_at(node, key, file)) {
    const std::string setting(name.str());
    values.emplace_back(setting, take_value(fields, setting, value, file, Environment::kYes));
  }
  return values;
}

/// A split without a seed of its own takes the comparison's.
void give_seed(DatasetPlan& dataset, int64_t seed) {
  if (given_setting(dataset.split, "seed").empty()) dataset.split.emplace_back("seed", std::to_string(seed));
}

DatasetPlan read_dataset(const toml::table& table, int64_t seed, PlanFile& file) {
  DatasetPlan plan;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "name")
      plan.name = take_text(name, node, file);
    else if (name == "import")
      plan.import = settings_for(node, "dataset.import", data::ImportConfig(), file);
    else if (name == "split")
      plan.split = settings_for(node, "dataset.split", data::SplitConfig(), file);
    else
      fail_at(file, node,
              fmt::format("unknown key '{}' in [[dataset]]: expected name, [dataset.import], [dataset.split]",
                          name));
  }
  if (plan.import.empty())
    fail_at(file, table,
            fmt::format("data set '{}' needs [dataset.import] with 'interactions' at least", plan.name));
  give_seed(plan, seed);
  return plan;
}

struct MethodFields {
  std::unique_ptr<baselines::Method> method;
  void describe(base::ConfigFields& fields) { method->describe(fields); }
};

baselines::SettingValues row_settings(const toml::node& node, const std::string& method, PlanFile& file) {
  const std::string key = "row.settings";
  if (method == kBlend) return settings_for(node, key, BlendOptions(), file);
  if (method == kLambdaMart) return settings_for(node, key, LambdaMartOptions(), file);
  return settings_for(node, key, MethodFields{make_method(method)}, file);
}

/// From the text of a list of whole numbers.
std::vector<int64_t> parse_seeds(const std::vector<std::string>& texts, const toml::node& node,
                                 const PlanFile& file) {
  std::vector<int64_t> seeds;
  for (const auto& text : texts) {
    const int64_t seed = std::stoll(text);
    if (seed < 0) fail_at(file, node, fmt::format("seeds: expected at least 0 (found {})", seed));
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end())
      fail_at(file, node, fmt::format("seeds: expected different ones (found {} twice)", seed));
    seeds.push_back(seed);
  }
  return seeds;
}

void read_row_key(const std::string& name, const toml::node& node, PlanFile& file, RowPlan& row) {
  base::ConfigFields fields;
  std::vector<std::string> seeds;
  fields.add("seeds", seeds, "");
  fields.add("tune", row.tune, "");
  fields.add("slates", row.slates, "").at_least(0);
  fields.add("name", row.name, "");
  fields.add("of", row.of, "");
  fields.add("datasets", row.datasets, "");
  row.fit.describe(fields);
  row.budget.describe(fields);
  take_value(fields, name, node, file);
  if (name == "seeds") row.seeds = parse_seeds(seeds, node, file);
}

RowPlan read_row(const toml::table& table, const ComparisonPlan& plan, PlanFile& file) {
  RowPlan row;
  row.fit = plan.fit;
  row.budget = plan.tune;
  const toml::node* method = table.get("method");
  if (method == nullptr) fail_at(file, table, "a [[row]] lacks 'method'");
  row.method = take_text("method", *method, file);
  row.name = row.method;
  if (!is_combination(row)) at_node(file, *method, [&] { make_method(row.method); });
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "method") continue;
    if (name == "settings")
      row.settings = row_settings(node, row.method, file);
    else
      read_row_key(name, node, file, row);
  }
  if (!is_combination(row) && !row.of.empty())
    fail_at(file, table, fmt::format("row '{}': 'of' is for blend and lambdamart", row.name));
  return row;
}

/// The keys above the first table.
void read_top_key(const std::string& name, const toml::node& node, PlanFile& file, ComparisonPlan& plan) {
  base::ConfigFields fields;
  std::vector<std::string> seeds;
  fields.add("seeds", seeds, "");
  fields.add("reference", plan.reference, "");
  fields.add("metric", plan.metric, "");
  fields.add("metrics", plan.metrics, "");
  fields.add("seed", plan.seed, "").at_least(0);
  plan.fit.describe(fields);
  plan.tune.describe(fields);
  take_value(fields, name, node, file);
  if (name == "seeds") plan.seeds = parse_seeds(seeds, node, file);
}

}  // namespace

bool is_combination(const RowPlan& row) {
  return is_combination(row.method);
}
bool is_combination(const std::string& method) {
  return method == kBlend || method == kLambdaMart;
}

bool applies(const RowPlan& row, const DatasetPlan& dataset) {
  return row.datasets.empty() ||
         std::find(row.datasets.begin(), row.datasets.end(), dataset.name) != row.datasets.end();
}

std::vector<int64_t> seeds_of(const RowPlan& row, const ComparisonPlan& plan) {
  if (!row.seeds.empty()) return row.seeds;
  return plan.seeds.empty() ? std::vector{plan.seed} : plan.seeds;
}

baselines::SettingValues settings_for_seed(const RowPlan& row, int64_t seed) {
  constexpr std::string_view kPlace = "{seed}";
  auto settings = row.settings;
  for (auto& [name, value] : settings)
    for (size_t at; name == "model" && (at = value.find(kPlace)) != std::string::npos;)
      value.replace(at, kPlace.size(), std::to_string(seed));
  return settings;
}

std::vector<std::string> metrics_of(const ComparisonPlan& plan) {
  std::vector<std::string> all = {plan.metric};
  for (const auto& metric : plan.metrics)
    if (std::find(all.begin(), all.end(), metric) == all.end()) all.push_back(metric);
  return all;
}

std::string given_setting(const baselines::SettingValues& settings, const std::string& name) {
  for (const auto& [given, value] : settings)
    if (given == name) return value;
  return "";
}

ComparisonPlan read_plan(const std::string& path) {
  ComparisonPlan plan;
  PlanFile file{.path = path};
  const toml::table whole = base::read_toml(path);
  for (const auto& [key, node] : whole)
    if (key != "dataset" && key != "row") read_top_key(std::string(key.str()), node, file, plan);
  if (const toml::node* datasets = whole.get("dataset"))
    for (const auto& element : tables_at(*datasets, "dataset", file))
      plan.datasets.push_back(read_dataset(table_at(element, "dataset", file), plan.seed, file));
  if (const toml::node* rows = whole.get("row"))  // after the keys that they start from
    for (const auto& element : tables_at(*rows, "row", file))
      plan.rows.push_back(read_row(table_at(element, "row", file), plan, file));
  plan.environment = file.environment;
  check_plan(plan);
  return plan;
}

}  // namespace r2rank::experiment
