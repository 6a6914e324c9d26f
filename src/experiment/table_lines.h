#pragma once

#include <string>
#include <vector>

namespace r2rank::experiment {

/// How each format writes lines of cells and escapes names.

using Line = std::vector<std::string>;  ///< the cells of one line

/// Columns for a terminal, the first left, the others right; an empty line is a rule. REQUIRES a first line
/// that is not empty and no longer ones.
std::string aligned(const std::vector<Line>& lines);

/// At most `width` characters: "Industrial Elec…".
std::string shortened(const std::string& text, size_t width);

std::string markdown_line(const Line& cells);
/// A head line with its rule, the first column left, the others right.
std::string markdown_head(const Line& cells);
std::string markdown_text(const std::string& text);

std::string latex_text(const std::string& text);
/// ".541"; "--" for NaN.
std::string latex_number(double value);

/// RFC 4180.
std::string csv_line(const Line& cells);
/// Full precision; "" for NaN.
std::string csv_number(double value);

}  // namespace r2rank::experiment
