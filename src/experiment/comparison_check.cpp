#include "experiment/comparison_check.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "data/import_layout.h"
#include "data/split.h"
#include "experiment/methods.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

void check_name(const std::string& what, const std::string& name) {
  const bool plain =
      !name.empty() && name != "." && name != ".." && name.find_first_of("/\\\n\t") == std::string::npos;
  if (!plain) base::fail_usage("compare", "{} '{}': expected a name that a folder can have", what, name);
}

void check_datasets(const ComparisonPlan& plan) {
  std::set<std::string> taken;
  for (const auto& dataset : plan.datasets) {
    check_name("data set", dataset.name);
    if (!taken.insert(dataset.name).second)
      base::fail_usage("compare", "two data sets are called '{}'; give one another 'name'", dataset.name);
  }
}

/// A row may be made in another way on other data sets, under its one name.
void check_row_names(const ComparisonPlan& plan) {
  for (const auto& row : plan.rows) check_name("row", row.name);
  for (const auto& dataset : plan.datasets) {
    std::set<std::string> taken;
    for (const auto& row : plan.rows)
      if (applies(row, dataset) && !taken.insert(row.name).second)
        base::fail_usage("compare",
                         "two rows are called '{}' on data set {}; give one another 'name', or each its own "
                         "'datasets'",
                         row.name, dataset.name);
  }
}

std::vector<const RowPlan*> rows_named(const ComparisonPlan& plan, const std::string& name) {
  std::vector<const RowPlan*> rows;
  for (const auto& row : plan.rows)
    if (row.name == name) rows.push_back(&row);
  return rows;
}

bool any_applies(const std::vector<const RowPlan*>& rows, const DatasetPlan& dataset) {
  return std::any_of(rows.begin(), rows.end(), [&](const RowPlan* row) { return applies(*row, dataset); });
}

/// Rows that a combination names come before it, and are measured wherever it is.
void check_combination(const ComparisonPlan& plan, const RowPlan& row) {
  if (is_combination(row) && row.slates > 0)
    base::fail_usage("compare", "row '{}': a combination scores every slate; leave 'slates' out", row.name);
  for (const auto& name : row.of) {
    auto parts = rows_named(plan, name);
    std::erase_if(parts, [&](const RowPlan* part) { return part >= &row; });
    if (parts.empty())
      base::fail_usage("compare", "row '{}' combines '{}', which is no row before it", row.name, name);
    if (std::any_of(parts.begin(), parts.end(), [](const RowPlan* part) { return part->slates > 0; }))
      base::fail_usage("compare", "row '{}' combines '{}', which is measured on some slates only", row.name,
                       name);
    for (const auto& dataset : plan.datasets)
      if (applies(row, dataset) && !any_applies(parts, dataset))
        base::fail_usage("compare", "row '{}' combines '{}' on data set {}, where that is not measured",
                         row.name, name, dataset.name);
  }
}

/// Without a reference a column would have no tests, and nobody would see why.
void check_reference(const ComparisonPlan& plan) {
  if (plan.reference.empty()) return;
  const auto references = rows_named(plan, plan.reference);
  if (references.empty())
    base::fail_usage("compare", "reference = '{}': there is no such row", plan.reference);
  for (const RowPlan* reference : references)
    if (reference->slates > 0)
      base::fail_usage(
          "compare",
          "reference = '{}': expected a row that scores every slate (found slates = {}), since all "
          "others are tested against it",
          plan.reference, reference->slates);
  for (const auto& dataset : plan.datasets)
    if (!any_applies(references, dataset))
      base::fail_usage("compare",
                       "reference = '{}': expected a row that is measured on every data set (it is not on "
                       "{}), since all others are tested against it",
                       plan.reference, dataset.name);
}

bool ranks_everything(const DatasetPlan& dataset) {
  return given_setting(dataset.split, "negatives") == "full";
}

void check_metrics(const ComparisonPlan& plan) {
  const auto stored = metrics::metric_names();
  for (const auto& metric : metrics_of(plan)) {
    if (!metrics::is_metric(metric))
      base::fail_usage("compare",
                       "metric '{}': expected ndcg@k, hr@k, recall@k, precision@k, map@k, mrr@k, mrr or auc",
                       metric);
    for (const auto& dataset : plan.datasets)
      if (ranks_everything(dataset) && std::find(stored.begin(), stored.end(), metric) == stored.end())
        base::fail_usage("compare", "metric '{}': over the full catalogue of {} only these are measured: {}",
                         metric, dataset.name, fmt::join(stored, ", "));
  }
}

/// Results over a full catalogue keep the relevant items' scores alone: nothing can be learned from these.
void check_catalogue(const RowPlan& row, const DatasetPlan& dataset) {
  if (!ranks_everything(dataset) || !applies(row, dataset)) return;
  if (is_combination(row))
    base::fail_usage(
        "compare",
        "row '{}': a combination needs the scores of all candidates, which are not kept over the "
        "full catalogue of {}; name other data sets in the row's 'datasets'",
        row.name, dataset.name);
  if (is_language_method(row.method))
    base::fail_usage(
        "compare",
        "row '{}': a language model cannot score the full catalogue of {} in a useful time; name "
        "other data sets in the row's 'datasets'",
        row.name, dataset.name);
}

void check_row(const ComparisonPlan& plan, const RowPlan& row, const std::set<std::string>& datasets) {
  for (const auto& name : row.datasets)
    if (!datasets.contains(name))
      base::fail_usage("compare", "row '{}' names the data set '{}', which the file does not have", row.name,
                       name);
  check_combination(plan, row);
  for (const auto& dataset : plan.datasets) check_catalogue(row, dataset);
}

// ---- files ----

/// Says of what data set or row an error is.
template <class Look>
void look(const std::string& whose, const Look& at) {
  try {
    at();
  } catch (const base::Error& error) {
    throw base::Error(error.kind(), "compare", fmt::format("{}: {}", whose, error.what()));
  }
}

void need_file(const std::string& key, const std::string& path) {
  if (!std::filesystem::exists(path)) base::fail_io("compare", "{} = '{}': there is no such file", key, path);
}

void check_files(const DatasetPlan& dataset) {
  data::find_layout(configured<data::ImportConfig>(dataset.import));
  const auto split = configured<data::SplitConfig>(dataset.split);
  if (!split.candidates_file.empty()) need_file("candidates_file", split.candidates_file);
  if (!split.retriever.empty() && is_language_method(split.retriever))
    base::fail_usage("compare", "retriever = '{}': a language model cannot score a whole catalogue",
                     split.retriever);
}

void check_model(const RowPlan& row, int64_t seed) {
  if (is_combination(row)) return;
  const auto method = make_method(row.method);
  set_settings(*method, settings_for_seed(row, seed));
  for (const auto& [name, value] : settings_of(*method)) {
    if (name != "model" && name != "endpoint" && name != "server_model") continue;
    if (value.empty()) base::fail_usage("compare", "expected '{}' in [row.settings] (found none)", name);
    if (name == "model") need_file(name, value);
  }
}

}  // namespace

void check_plan(const ComparisonPlan& plan) {
  if (plan.datasets.empty() || plan.rows.empty())
    base::fail_usage("compare", "expected at least one [[dataset]] and one [[row]]");
  check_datasets(plan);
  check_row_names(plan);
  std::set<std::string> datasets;
  for (const auto& dataset : plan.datasets) datasets.insert(dataset.name);
  for (const auto& row : plan.rows) check_row(plan, row, datasets);
  check_metrics(plan);
  check_reference(plan);
}

void check_inputs(const ComparisonPlan& plan) {
  for (const auto& dataset : plan.datasets)
    look(fmt::format("data set {}", dataset.name), [&] { check_files(dataset); });
  for (const auto& row : plan.rows)
    look(fmt::format("row '{}'", row.name), [&] {
      for (const int64_t seed : seeds_of(row, plan)) check_model(row, seed);
    });
}

}  // namespace r2rank::experiment
