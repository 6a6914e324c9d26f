#include "experiment/comparison_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiment/sampled_results.h"
#include "experiment/slices.h"

namespace r2rank::experiment {
namespace {

bool is_whole(const RowResults& row) {
  return row.test.slates_hash.find(':') == std::string::npos;
}

/// Values alone: on a small sample two seeds may well score alike, which is no file given twice.
metrics::PerUserResults without_scores(metrics::PerUserResults results) {
  results.scores.clear();
  return results;
}

/// What was measured on the sample of `size` slates (0: on all) at least.
ComparisonInput column_of(const PlaceResults& place, int64_t size, uint64_t seed) {
  ComparisonInput column{.name = place.dataset, .results = {}};
  for (const auto& row : place.rows)
    if (is_whole(row) || (size > 0 && row.slates >= size))
      column.results.push_back(without_scores(sampled_results(row.test, {size, seed})));
  return column;
}

/// The same results on the slates of users of whom no equal times decide any, under a hash of their own.
metrics::PerUserResults untied(const metrics::PerUserResults& results, const std::set<int64_t>& tied) {
  Slice slice{"tied", {"untied"}, {}};
  for (const int64_t id : results.slate_ids) slice.label_of.push_back(tied.contains(id) ? -1 : 0);
  auto part = within_slice(results, slice, 0);
  part.slates_hash += ":untied";
  return part;
}

/// Every data set, so that the table can be read beside the main one; those without ties as they are.
std::vector<ComparisonInput> untied_columns(const std::vector<PlaceResults>& places, int64_t size,
                                            uint64_t seed) {
  std::vector<ComparisonInput> columns;
  for (const auto& place : places) {
    ComparisonInput column = column_of(place, size, seed);
    if (!place.tied.empty())
      for (auto& results : column.results) results = untied(results, place.tied);
    if (!column.results.empty() && !column.results[0].slate_ids.empty()) columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<std::string> with_several_seeds(const std::vector<ComparisonInput>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) {
    std::set<std::string> met;
    for (const auto& result : column.results)
      if (!met.insert(result.scorer).second) names.push_back(result.scorer);
  }
  return names;
}

bool has_scorer(const std::vector<ComparisonInput>& columns, const std::string& name) {
  for (const auto& column : columns)
    for (const auto& result : column.results)
      if (result.scorer == name) return true;
  return false;
}

std::set<int64_t> sizes_of(const ComparisonPlan& plan) {
  std::set<int64_t> sizes;
  for (const auto& row : plan.rows) sizes.insert(row.slates);
  return sizes;
}

std::string title_of(int64_t size) {
  return size == 0 ? "data set" : fmt::format("data set, a sample of {} test slates", size);
}

std::vector<ComparisonInput> columns_of(const ComparisonPlan& plan, const std::vector<PlaceResults>& places,
                                        int64_t size) {
  std::vector<ComparisonInput> columns;
  for (const auto& place : places) {
    columns.push_back(column_of(place, size, static_cast<uint64_t>(plan.seed)));
    if (columns.back().results.empty()) columns.pop_back();
  }
  return columns;
}

ComparisonOptions options_of(const ComparisonPlan& plan, const std::string& metric,
                             const std::vector<ComparisonInput>& columns) {
  ComparisonOptions options;
  options.metric = metric;
  options.resampling.seed = static_cast<uint64_t>(plan.seed);
  options.seeds = with_several_seeds(columns);
  if (has_scorer(columns, plan.reference)) options.reference = plan.reference;
  return options;
}

}  // namespace

std::vector<ComparisonTable> comparison_tables(const ComparisonPlan& plan,
                                               const std::vector<PlaceResults>& places) {
  std::vector<ComparisonTable> tables;
  for (const auto& metric : metrics_of(plan))
    for (const int64_t size : sizes_of(plan)) {
      const auto columns = columns_of(plan, places, size);
      if (columns.empty()) continue;
      tables.push_back(compare(title_of(size), columns, options_of(plan, metric, columns)));
    }
  const bool has_ties = std::any_of(places.begin(), places.end(),
                                    [](const PlaceResults& place) { return !place.tied.empty(); });
  if (!has_ties) return tables;
  for (const int64_t size : sizes_of(plan)) {
    const auto columns = untied_columns(places, size, static_cast<uint64_t>(plan.seed));
    if (!columns.empty())
      tables.push_back(compare(title_of(size) + ", without users of whom equal timestamps decide slates",
                               columns, options_of(plan, plan.metric, columns)));
  }
  return tables;
}

}  // namespace r2rank::experiment
