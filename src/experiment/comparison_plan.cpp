#include "experiment/comparison_plan.h"

#include <algorithm>
#include <cstdlib>
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

namespace r2rank::experiment {
namespace {

constexpr std::string_view kBlend = "blend", kLambdaMart = "lambdamart";

const toml::table& table_of(const toml::node& node, const std::string& key) {
  if (const auto* table = node.as_table()) return *table;
  base::fail_usage("compare", "expected a table [{}] (found something else)", key);
}

/// "${NAME}" in a value stands for an environment variable, so that a plan can be passed on: data lies
/// elsewhere for everybody.
std::string with_environment(std::string text, std::vector<std::string>* names) {
  for (size_t begin = text.find("${"); begin != std::string::npos; begin = text.find("${", begin)) {
    const size_t end = text.find('}', begin);
    if (end == std::string::npos) base::fail_usage("compare", "'{}': expected a '}}' after '${{'", text);
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) base::fail_usage("compare", "'{}': set the environment variable {}", text, name);
    if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
    text.replace(begin, end - begin + 1, value);
    begin += std::string_view(value).size();
  }
  return text;
}

/// Settings of a sub-table, checked against the fields that will take them.
template <class Config>
baselines::SettingValues settings_for(const toml::node& node, const std::string& key, Config config,
                                      std::vector<std::string>* environment) {
  base::ConfigFields fields;
  config.describe(fields);
  baselines::SettingValues values;
  for (const auto& [name, value] : table_of(node, key)) {
    values.emplace_back(
        name.str(),
        with_environment(base::toml_as_text(value, key + "." + std::string(name.str())), environment));
    fields.set(values.back().first, values.back().second);
  }
  return values;
}

/// A split without a seed of its own takes the comparison's.
void give_seed(DatasetPlan& dataset, int64_t seed) {
  if (given_setting(dataset.split, "seed").empty()) dataset.split.emplace_back("seed", std::to_string(seed));
}

DatasetPlan read_dataset(const toml::table& table, ComparisonPlan& whole) {
  DatasetPlan plan;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "name")
      plan.name = base::toml_as_text(node, name);
    else if (name == "import")
      plan.import = settings_for(node, "dataset.import", data::ImportConfig(), &whole.environment);
    else if (name == "split")
      plan.split = settings_for(node, "dataset.split", data::SplitConfig(), &whole.environment);
    else
      base::fail_usage("compare",
                       "unknown key '{}' in [[dataset]]: expected name, [dataset.import], [dataset.split]",
                       name);
  }
  if (plan.import.empty())
    base::fail_usage("compare", "data set '{}' needs [dataset.import] with 'interactions' at least",
                     plan.name);
  give_seed(plan, whole.seed);
  return plan;
}

struct MethodFields {
  std::unique_ptr<baselines::Method> method;
  void describe(base::ConfigFields& fields) { method->describe(fields); }
};

baselines::SettingValues row_settings(const toml::node& node, const std::string& method,
                                      std::vector<std::string>* environment) {
  const std::string key = "row.settings";
  if (method == kBlend) return settings_for(node, key, BlendOptions(), environment);
  if (method == kLambdaMart) return settings_for(node, key, LambdaMartOptions(), environment);
  return settings_for(node, key, MethodFields{make_method(method)}, environment);
}

std::vector<int64_t> parse_seeds(const std::vector<std::string>& texts) {
  std::vector<int64_t> seeds;
  for (const auto& text : texts) {
    int64_t seed = 0;
    base::ConfigFields fields;
    fields.add("seeds", seed, "").at_least(0);
    fields.set("seeds", text);
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end())
      base::fail_usage("compare", "seeds: expected different ones (found {} twice)", seed);
    seeds.push_back(seed);
  }
  return seeds;
}

void read_row_key(const std::string& name, const toml::node& node, RowPlan& row) {
  const auto text = [&] { return base::toml_as_text(node, name); };
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
  fields.set(name, text());
  if (name == "seeds") row.seeds = parse_seeds(seeds);
}

RowPlan read_row(const toml::table& table, ComparisonPlan& plan) {
  RowPlan row;
  row.fit = plan.fit;
  row.budget = plan.tune;
  const toml::node* method = table.get("method");
  if (method == nullptr) base::fail_usage("compare", "a [[row]] lacks 'method'");
  row.method = base::toml_as_text(*method, "method");
  row.name = row.method;
  if (!is_combination(row)) make_method(row.method);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "method") continue;
    if (name == "settings")
      row.settings = row_settings(node, row.method, &plan.environment);
    else
      read_row_key(name, node, row);
  }
  if (!is_combination(row) && !row.of.empty())
    base::fail_usage("compare", "row '{}': 'of' is for blend and lambdamart", row.name);
  return row;
}

/// The keys above the first table.
void read_top_key(const std::string& name, const toml::node& node, ComparisonPlan& plan) {
  base::ConfigFields fields;
  std::vector<std::string> seeds;
  fields.add("seeds", seeds, "");
  fields.add("reference", plan.reference, "");
  fields.add("metric", plan.metric, "");
  fields.add("metrics", plan.metrics, "");
  fields.add("seed", plan.seed, "").at_least(0);
  plan.fit.describe(fields);
  plan.tune.describe(fields);
  fields.set(name, base::toml_as_text(node, name));
  if (name == "seeds") plan.seeds = parse_seeds(seeds);
}

const toml::array& tables_of(const toml::node& node, const std::string& key) {
  if (const auto* list = node.as_array()) return *list;
  base::fail_usage("compare", "expected [[{}]] tables", key);
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
  const toml::table file = base::read_toml(path);
  for (const auto& [key, node] : file)
    if (key != "dataset" && key != "row") read_top_key(std::string(key.str()), node, plan);
  if (const toml::node* datasets = file.get("dataset"))
    for (const auto& element : tables_of(*datasets, "dataset"))
      plan.datasets.push_back(read_dataset(table_of(element, "dataset"), plan));
  if (const toml::node* rows = file.get("row"))  // after the keys that they start from
    for (const auto& element : tables_of(*rows, "row"))
      plan.rows.push_back(read_row(table_of(element, "row"), plan));
  check_plan(plan);
  return plan;
}

}  // namespace r2rank::experiment
