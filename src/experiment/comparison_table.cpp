#include "experiment/comparison_table.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "metrics/seed_bootstrap.h"

namespace r2rank::experiment {
namespace {

void check_columns(std::span<const ComparisonInput> columns) {
  std::set<std::string> names;
  for (const auto& column : columns) {
    if (column.results.empty() || column.results[0].slate_ids.empty())
      base::fail_usage("table", "expected results with at least one slate in the column '{}' (found none)",
                       column.name);
    if (!names.insert(column.name).second)
      base::fail_usage("table", "expected columns with different names (found '{}' twice); rename one",
                       column.name);
  }
  if (columns.empty()) base::fail_usage("table", "expected results to compare (found none)");
}

ComparisonColumn head_of(const ComparisonInput& column) {
  const auto& first = column.results[0];
  return {column.name, first.protocol, first.slates_hash,
          static_cast<int64_t>(std::set(first.user_ids.begin(), first.user_ids.end()).size()),
          static_cast<int64_t>(first.slate_ids.size())};
}

ComparisonCell make_cell(const ScorerRuns& scorer, const ComparisonOptions& options) {
  const auto values = user_values(scorer, options.metric);
  return {metrics::bootstrap_seeds(values, options.resampling.seed, options.resampling.resamples),
          static_cast<int64_t>(values.size()), metrics::seed_deviation(values)};
}

const ScorerRuns* reference_of(std::span<const ScorerRuns> scorers, const std::string& name) {
  const auto found =
      std::find_if(scorers.begin(), scorers.end(), [&](const auto& scorer) { return scorer.scorer == name; });
  return found == scorers.end() ? nullptr : &*found;
}

/// Tests every cell but the reference's; together they are one family.
void test_cells(std::span<const ScorerRuns> scorers, std::span<ComparisonCell> cells,
                const ComparisonOptions& options) {
  const ScorerRuns* reference = reference_of(scorers, options.reference);
  if (reference == nullptr) return;
  std::vector<PairedComparison*> family;
  for (size_t i = 0; i < scorers.size(); ++i) {
    if (&scorers[i] == reference) continue;
    cells[i].to_reference = compare_runs(scorers[i], *reference, options.metric, options.resampling);
    family.push_back(&*cells[i].to_reference);
  }
  hold_family(family);
}

ComparisonRow& row_of(ComparisonTable& table, const std::string& scorer) {
  for (auto& row : table.rows)
    if (row.scorer == scorer) return row;
  table.rows.push_back({scorer, {}});
  return table.rows.back();
}

void add_column(ComparisonTable& table, const ComparisonInput& column) {
  const auto scorers = group_runs(column.results, table.options.seeds);
  std::vector<ComparisonCell> cells;
  for (const auto& scorer : scorers) cells.push_back(make_cell(scorer, table.options));
  test_cells(scorers, cells, table.options);
  for (size_t i = 0; i < scorers.size(); ++i) {
    auto& row = row_of(table, scorers[i].scorer).cells;
    row.resize(table.columns.size() + 1);
    row.back() = cells[i];
  }
  table.columns.push_back(head_of(column));
}

void check_reference(const ComparisonTable& table) {
  const auto& name = table.options.reference;
  const bool known =
      std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) { return row.scorer == name; });
  if (!name.empty() && !known)
    base::fail_usage("table",
                     "expected the reference to be an evaluated scorer (found: '{}'); evaluate it too", name);
}

}  // namespace

ComparisonTable compare(const std::string& title, std::span<const ComparisonInput> columns,
                        const ComparisonOptions& options) {
  check_columns(columns);
  ComparisonTable table{title, options, {}, {}};
  for (const auto& column : columns) add_column(table, column);
  for (auto& row : table.rows) row.cells.resize(table.columns.size());
  check_reference(table);
  return table;
}

ComparisonTable compare_in_slice(const Slice& slice, std::span<const metrics::PerUserResults> results,
                                 const ComparisonOptions& options) {
  std::vector<ComparisonInput> columns;
  for (size_t label = 0; label < slice.labels.size(); ++label) {
    ComparisonInput column{slice.labels[label], {}};
    for (const auto& result : results)
      column.results.push_back(within_slice(result, slice, static_cast<int32_t>(label)));
    columns.push_back(std::move(column));
  }
  return compare(slice.name, columns, options);
}

bool is_best(const ComparisonTable& table, const ComparisonRow& row, size_t column) {
  int64_t measured = 0;
  for (const auto& other : table.rows) {
    if (!other.cells[column]) continue;
    ++measured;
    if (!row.cells[column] || other.cells[column]->value.mean > row.cells[column]->value.mean) return false;
  }
  return measured > 1;
}

int significance(const ComparisonTable& table, const ComparisonCell& cell) {
  if (!cell.to_reference || cell.to_reference->p_holm > table.options.level) return 0;
  return cell.to_reference->difference.mean > 0 ? 1 : -1;
}

}  // namespace r2rank::experiment
