#pragma once

#include <string>

#include "study/study.h"

namespace r2rank::study {

/// Title, question, the table with its tests, what each arm cost, and the commands that repeat it.
std::string render_markdown(const StudyResult& result);
/// For a terminal: title, question, table, costs.
std::string render_text(const StudyResult& result);
/// study.json (docs/formats.md): everything, full precision.
std::string render_json(const StudyResult& result);
/// The table as `eval` writes it.
std::string render_csv(const StudyResult& result);

}  // namespace r2rank::study
