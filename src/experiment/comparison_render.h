#pragma once

#include <string>

#include "experiment/comparison_table.h"
#include "experiment/table_render.h"

namespace r2rank::experiment {

/// The table in one of the formats, ending in a line break. Text, Markdown and LaTeX: means with intervals,
/// the best of a column in bold (text: with a star), "+" or "-" raised where a scorer differs from the
/// reference after Holm's correction, and a heading that says all that. CSV (a line a cell) and JSON have
/// full precision and every p-value.
std::string render(const ComparisonTable& table, TableFormat format);

/// What the marks and intervals of a table mean, without its columns.
std::string comparison_heading(const ComparisonTable& table, const std::string& separator);

}  // namespace r2rank::experiment
