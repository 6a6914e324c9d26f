#pragma once

#include <string>
#include <vector>

namespace r2rank::cli {

/// The whole program: finds the verb, parses, runs it, and turns every error into one line on standard error.
/// Returns the exit status. `arguments` are those after the program's name.
int run_program(const std::vector<std::string>& arguments);

}  // namespace r2rank::cli
