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

std::vector<ComparisonCell> make_cells(std::span<const RunValues> values, const Resampling& resampling) {
  const auto intervals = intervals_of(values, resampling);
  std::vector<ComparisonCell> cells;
  for (size_t i = 0; i < values.size(); ++i)
    cells.push_back(
        {intervals[i], static_cast<int64_t>(values[i].size()), metrics::seed_deviation(values[i])});
  return cells;
}

/// Tests every cell but the reference's; together they are one family.
void test_cells(std::span<const RunValues> values, size_t reference, std::span<ComparisonCell> cells,
                const Resampling& resampling) {
  std::vector<metrics::SeedPair> pairs;
  std::vector<ComparisonCell*> tested;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i == reference) continue;
    pairs.push_back({values[i], values[reference]});
    tested.push_back(&cells[i]);
  }
  const auto comparisons = compare_values(pairs, resampling);
  std::vector<PairedComparison*> family;
  for (size_t i = 0; i < tested.size(); ++i)
    family.push_back(&tested[i]->to_reference.emplace(comparisons[i]));
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
  std::vector<RunValues> values;
  for (const auto& scorer : scorers) values.push_back(user_values(scorer, table.options.metric));
  auto cells = make_cells(values, table.options.resampling);
  for (size_t i = 0; i < scorers.size(); ++i)
    if (scorers[i].scorer == table.options.reference) test_cells(values, i, cells, table.options.resampling);
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
