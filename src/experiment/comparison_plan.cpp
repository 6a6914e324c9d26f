#include "experiment/comparison_plan.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/toml_text.h"
#include "data/import.h"
#include "data/split.h"
#include "experiment/blend.h"
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
std::string with_environment(std::string text) {
  for (size_t begin = text.find("${"); begin != std::string::npos; begin = text.find("${", begin)) {
    const size_t end = text.find('}', begin);
    if (end == std::string::npos) base::fail_usage("compare", "'{}': expected a '}}' after '${{'", text);
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) base::fail_usage("compare", "'{}': set the environment variable {}", text, name);
    text.replace(begin, end - begin + 1, value);
    begin += std::string_view(value).size();
  }
  return text;
}

/// Settings of a sub-table, checked against the fields that will take them.
template <class Config>
baselines::SettingValues settings_for(const toml::node& node, const std::string& key, Config config) {
  base::ConfigFields fields;
  config.describe(fields);
  baselines::SettingValues values;
  for (const auto& [name, value] : table_of(node, key)) {
    values.emplace_back(name.str(),
                        with_environment(base::toml_as_text(value, key + "." + std::string(name.str()))));
    fields.set(values.back().first, values.back().second);
  }
  return values;
}

void check_name(const std::string& what, const std::string& name, std::set<std::string>& taken) {
  const bool plain =
      !name.empty() && name != "." && name != ".." && name.find_first_of("/\\\n\t") == std::string::npos;
  if (!plain) base::fail_usage("compare", "{} '{}': expected a name that a folder can have", what, name);
  if (!taken.insert(name).second)
    base::fail_usage("compare", "two {}s are called '{}'; give one another 'name'", what, name);
}

DatasetPlan read_dataset(const toml::table& table) {
  DatasetPlan plan;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "name")
      plan.name = base::toml_as_text(node, name);
    else if (name == "import")
      plan.import = settings_for(node, "dataset.import", data::ImportConfig());
    else if (name == "split")
      plan.split = settings_for(node, "dataset.split", data::SplitConfig());
    else
      base::fail_usage("compare",
                       "unknown key '{}' in [[dataset]]: expected name, [dataset.import], [dataset.split]",
                       name);
  }
  if (plan.import.empty())
    base::fail_usage("compare", "data set '{}' needs [dataset.import] with 'interactions' at least",
                     plan.name);
  return plan;
}

struct MethodFields {
  std::unique_ptr<baselines::Method> method;
  void describe(base::ConfigFields& fields) { method->describe(fields); }
};

baselines::SettingValues row_settings(const toml::node& node, const std::string& method) {
  if (method == kBlend) return settings_for(node, "row.settings", BlendOptions());
  if (method == kLambdaMart) return settings_for(node, "row.settings", LambdaMartOptions());
  return settings_for(node, "row.settings", MethodFields{make_method(method)});
}

void read_row_key(const std::string& name, const toml::node& node, RowPlan& row) {
  const auto text = [&] { return base::toml_as_text(node, name); };
  base::ConfigFields fields;
  fields.add("tune", row.tune, "");
  fields.add("slates", row.slates, "").at_least(0);
  fields.add("name", row.name, "");
  fields.add("of", row.of, "");
  fields.add("datasets", row.datasets, "");
  row.fit.describe(fields);
  row.budget.describe(fields);
  fields.set(name, text());
}

RowPlan read_row(const toml::table& table, const ComparisonPlan& plan) {
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
      row.settings = row_settings(node, row.method);
    else
      read_row_key(name, node, row);
  }
  if (!is_combination(row) && !row.of.empty())
    base::fail_usage("compare", "row '{}': 'of' is for blend and lambdamart", row.name);
  return row;
}

template <class Plan>
const Plan* find_named(const std::vector<Plan>& plans, const std::string& name) {
  const auto found =
      std::find_if(plans.begin(), plans.end(), [&](const Plan& plan) { return plan.name == name; });
  return found == plans.end() ? nullptr : &*found;
}

/// Rows that a combination names come before it, and are measured wherever it is.
void check_combination(const ComparisonPlan& plan, const RowPlan& row) {
  for (const auto& name : row.of) {
    const RowPlan* part = find_named(plan.rows, name);
    if (part == nullptr || part >= &row)
      base::fail_usage("compare", "row '{}' combines '{}', which is no row before it", row.name, name);
    if (part->slates > 0)
      base::fail_usage("compare", "row '{}' combines '{}', which is measured on some slates only", row.name,
                       name);
    for (const auto& dataset : plan.datasets)
      if (applies(row, dataset) && !applies(*part, dataset))
        base::fail_usage("compare", "row '{}' combines '{}' on data set {}, where that is not measured",
                         row.name, name, dataset.name);
  }
}

void check_plan(const ComparisonPlan& plan) {
  if (plan.datasets.empty() || plan.rows.empty())
    base::fail_usage("compare", "expected at least one [[dataset]] and one [[row]]");
  std::set<std::string> datasets, rows;
  for (const auto& dataset : plan.datasets) check_name("data set", dataset.name, datasets);
  for (const auto& row : plan.rows) {
    check_name("row", row.name, rows);
    for (const auto& name : row.datasets)
      if (!datasets.contains(name))
        base::fail_usage("compare", "row '{}' names the data set '{}', which the file does not have",
                         row.name, name);
    check_combination(plan, row);
  }
  if (!plan.reference.empty() && !rows.contains(plan.reference))
    base::fail_usage("compare", "reference = '{}': there is no such row", plan.reference);
}

/// The keys above the first table.
void read_top_key(const std::string& name, const toml::node& node, ComparisonPlan& plan) {
  base::ConfigFields fields;
  fields.add("reference", plan.reference, "");
  fields.add("metric", plan.metric, "");
  fields.add("seed", plan.seed, "").at_least(0);
  plan.fit.describe(fields);
  plan.tune.describe(fields);
  fields.set(name, base::toml_as_text(node, name));
}

const toml::array& tables_of(const toml::node& node, const std::string& key) {
  if (const auto* list = node.as_array()) return *list;
  base::fail_usage("compare", "expected [[{}]] tables", key);
}

}  // namespace

bool is_combination(const RowPlan& row) {
  return row.method == kBlend || row.method == kLambdaMart;
}

bool applies(const RowPlan& row, const DatasetPlan& dataset) {
  return row.datasets.empty() ||
         std::find(row.datasets.begin(), row.datasets.end(), dataset.name) != row.datasets.end();
}

ComparisonPlan read_plan(const std::string& path) {
  ComparisonPlan plan;
  const toml::table file = base::read_toml(path);
  for (const auto& [key, node] : file)
    if (key != "dataset" && key != "row") read_top_key(std::string(key.str()), node, plan);
  if (const toml::node* datasets = file.get("dataset"))
    for (const auto& element : tables_of(*datasets, "dataset"))
      plan.datasets.push_back(read_dataset(table_of(element, "dataset")));
  if (const toml::node* rows = file.get("row"))  // after the keys that they start from
    for (const auto& element : tables_of(*rows, "row"))
      plan.rows.push_back(read_row(table_of(element, "row"), plan));
  check_plan(plan);
  return plan;
}

}  // namespace r2rank::experiment
