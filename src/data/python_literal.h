#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace r2rank::data {

/// Parses a Python literal as `repr` writes it: dicts, lists, tuples (as lists), strings in either quotes
/// with or without a prefix u or b, whole numbers (also 12L), decimals, True, False, None. Of Amazon's review
/// data of 2014 the catalogues are such dicts, one a line, which are no JSON. Bytes written \xC3\xA9 are
/// taken as UTF-8 where that is what they are, else as Latin-1. Only reads: nothing is evaluated. Errors:
/// std::invalid_argument saying what was expected at which byte.
nlohmann::json parse_python_literal(std::string_view text);

}  // namespace r2rank::data
