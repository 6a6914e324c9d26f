#pragma once

#include <string>
#include <vector>

#include "experiment/result_table.h"

namespace r2rank::experiment {

enum class TableFormat { kText, kMarkdown, kCsv, kJson, kLatex };

/// "text", "markdown", "csv", "json", "latex".
std::vector<std::string> table_format_names();
/// Errors: kUsage for an unknown name.
TableFormat table_format(const std::string& name);

/// The table in one of the formats, ending in a line break. Text, Markdown and LaTeX state protocol, users
/// and interval method above the numbers; Markdown and LaTeX set the best mean of a column in bold. CSV (a
/// line a scorer and metric) and JSON have full precision, full metric names (metrics::full_name) and no
/// value where nothing was measured.
std::string render(const ResultTable& table, TableFormat format);

}  // namespace r2rank::experiment
