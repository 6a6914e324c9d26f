#pragma once

#include <string>

#include "report/json_file.h"

namespace r2rank::report {

/// The first line of every export: nothing else is replaced by one.
inline constexpr const char* kMarkdownMark = "<!-- r2rank report -->";

/// The model (build_model()) as Markdown: headline, every table, the end of every curve, studies, data sets,
/// commands; no single slates. Texts from data cannot become markup.
std::string render_markdown(const Json& model);

}  // namespace r2rank::report
