#pragma once

#include <string>
#include <string_view>

namespace r2rank::base {

/// Bytes of "8GiB", "500MiB", "8G" (as GiB), "8GB" (powers of ten) or a plain number of bytes. Errors: kUsage
/// of `where`, naming `what`.
double parse_bytes(std::string_view text, std::string_view where, std::string_view what);
/// "1.5 GiB".
std::string format_gibibytes(double bytes);

}  // namespace r2rank::base
