#pragma once

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::report {

/// Every part of a report's model is such a value; keys stay in the order of writing.
using Json = nlohmann::ordered_json;

/// The JSON object that a file holds. Errors: kIo; kData naming the file.
Json read_json(const base::Path& path);
/// The same of a text; `what` names it.
Json parse_object(std::string_view text, const std::string& what);

/// Runs `read`. What it misses in the JSON of `path` (a field, another type) becomes kData naming the file.
template <class Read>
auto reading(const base::Path& path, const Read& read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    base::fail_data("report",
                    "expected a whole file of r2rank in {}, found one with other fields ({}); make it again",
                    path.string(), error.what());
  }
}

/// A number with so many significant digits, as short as that makes it; null for what is no number.
Json rounded(double value, int digits = 5);
Json rounded(const std::vector<double>& values, int digits = 5);

}  // namespace r2rank::report
