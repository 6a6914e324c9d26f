#include "report/shared_slates.h"

#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "experiment/evaluation.h"
#include "metrics/resampling.h"

namespace r2rank::report {
namespace {

using Rows = std::unordered_map<int64_t, size_t>;  // of a slate's id

Rows rows_of(const metrics::PerUserResults& results) {
  Rows rows;
  for (size_t row = 0; row < results.slate_ids.size(); ++row) rows.emplace(results.slate_ids[row], row);
  return rows;
}

/// Their ids, in the order of a.
std::vector<int64_t> shared_ids(const metrics::PerUserResults& a, const metrics::PerUserResults& b) {
  const Rows rows = rows_of(b);
  std::vector<int64_t> ids;
  for (const int64_t id : a.slate_ids)
    if (rows.contains(id)) ids.push_back(id);
  if (ids.empty())
    base::fail_usage(
        "report",
        "expected slates that '{}' and '{}' share (found none: {} and {} of the set {}); evaluate "
        "both on one sample, or leave the source of one out",
        a.scorer, b.scorer, a.slate_ids.size(), b.slate_ids.size(), a.slates_hash);
  return ids;
}

/// These slates alone, with one metric.
metrics::PerUserResults part_of(const metrics::PerUserResults& results, const std::vector<int64_t>& ids,
                                const std::string& metric) {
  metrics::PerUserResults part;
  part.scorer = results.scorer;
  const Rows rows = rows_of(results);
  const auto column = results.values.find(metric);
  for (const int64_t id : ids) {
    const size_t row = rows.at(id);
    part.slate_ids.push_back(id);
    part.user_ids.push_back(results.user_ids.at(row));
    if (column != results.values.end()) part.values[metric].push_back(column->second.at(row));
  }
  return part;
}

std::vector<metrics::PerUserResults> parts_of(const experiment::ScorerRuns& scorer,
                                              const std::vector<int64_t>& ids, const std::string& metric) {
  std::vector<metrics::PerUserResults> parts;
  for (const auto* run : scorer.runs) parts.push_back(part_of(*run, ids, metric));
  return parts;
}

experiment::RunValues values_of(const std::vector<metrics::PerUserResults>& parts,
                                const std::string& metric) {
  experiment::RunValues values;
  for (const auto& part : parts) values.push_back(experiment::user_means(part, metric));
  return values;
}

void check_users(const metrics::PerUserResults& a, const metrics::PerUserResults& b) {
  for (size_t row = 0; row < a.user_ids.size(); ++row)
    if (a.user_ids[row] != b.user_ids[row])
      base::fail_data(
          "report",
          "expected slate {} to be of one user, found '{}' in the results of '{}' and '{}' in those "
          "of '{}'; evaluate one of them again",
          a.slate_ids[row], a.user_ids[row], a.scorer, b.user_ids[row], b.scorer);
}

}  // namespace

SharedValues shared_values(const experiment::ScorerRuns& a, const experiment::ScorerRuns& b,
                           const std::string& metric) {
  const auto ids = shared_ids(*a.runs.front(), *b.runs.front());
  const auto of_a = parts_of(a, ids, metric), of_b = parts_of(b, ids, metric);
  check_users(of_a.front(), of_b.front());
  SharedValues shared{.a = values_of(of_a, metric), .b = values_of(of_b, metric)};
  shared.users = static_cast<int64_t>(shared.a.front().size());
  shared.slates = static_cast<int64_t>(ids.size());
  return shared;
}

double mean_of(const experiment::RunValues& values) {
  return metrics::mean_of(metrics::seed_means(values));
}

}  // namespace r2rank::report
