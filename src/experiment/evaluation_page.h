#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/beyond_accuracy.h"
#include "experiment/comparison_table.h"
#include "experiment/result_table.h"
#include "experiment/table_render.h"

namespace r2rank::experiment {

/// Everything an evaluation has to say.
struct EvaluationPage {
  ResultTable table;                 ///< every metric that was measured
  std::vector<std::string> columns;  ///< those of them that a table shows
  std::vector<ComparisonTable> slices = {};
  std::optional<BeyondTable> beyond = {};
  std::map<std::string, double> seconds = {};  ///< by what they were spent on
  std::string dtype = {};                      ///< what a language model computed in; empty without one
  std::map<std::string, std::vector<std::pair<std::string, double>>> notes = {};  ///< by scorer: notes_of()
  std::vector<std::pair<std::string, std::string>> made_from = {};  ///< command, data set, split ..., by name
};

/// The tables one below the other, in text and Markdown with the notes of language models behind them; CSV:
/// an empty line between them, each with a head of its own; JSON: one object, the table's with "slices",
/// "beyond_accuracy" and "notes".
std::string render(const EvaluationPage& page, TableFormat format);

/// summary.json (docs/formats.md): {"protocol", "users", "dtype", "results": {name: {metric: {"mean", "lo",
/// "hi"}}}, "paired": {"a-b": {metric: {"mean", "lo", "hi", "p", "p_permutation", "p_holm"}}}, "seconds":
/// {...}} with every metric of the page, and "made_from", "slices", "beyond_accuracy" and "notes" where it
/// has them.
std::string summary_json(const EvaluationPage& page);

}  // namespace r2rank::experiment
