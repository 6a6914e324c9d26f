#pragma once

#include <string>

namespace r2rank::cli {

/// A word as a POSIX shell reads it back unchanged: bare where that is safe, else in single quotes.
std::string shell_word(const std::string& text);

}  // namespace r2rank::cli
