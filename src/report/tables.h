#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/result_group.h"

namespace r2rank::report {

/// The metric that tables are sorted by and data sets are compared with.
inline constexpr const char* kMainMetric = "ndcg@10";

/// The metrics that every result of a group has: those of a usual table first, costs left out.
std::vector<std::string> shared_metrics(const ResultGroup& group);

/// One table of a group, best first (docs/report.md, "tables"): every shared metric with its interval, and
/// against the reference the difference, its interval and the corrected p-value. Errors: as
/// experiment::make_table().
Json table_json(const ResultGroup& group);

/// The main metric of every scorer over the groups that have it, as experiment::comparison_json() writes it;
/// null where there are fewer than two.
Json comparison_json(std::span<const ResultGroup> groups);

}  // namespace r2rank::report
