#pragma once

#include <exception>
#include <string>

namespace r2rank::cli {

/// How the program ends with an error: its exit status (base::ErrorKind, 1 for what nobody foresaw) and the
/// line that says why.
struct Ending {
  int status = 0;
  std::string text;
};
Ending ending_of(const std::exception& error);

}  // namespace r2rank::cli
