#pragma once

#include <string>
#include <string_view>

namespace r2rank::base {

/// A text as a terminal may show it on one line: control characters (C0 and C1) as \n, \r, \t, \x1b; a NUL,
/// which would end a C string, as \0. All else stays as it is.
std::string printable(std::string_view text);

}  // namespace r2rank::base
