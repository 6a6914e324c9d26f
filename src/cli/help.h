#pragma once

#include <string>

#include "cli/verb.h"

namespace r2rank::cli {

/// The page of `r2rank --help`: all verbs under their headings, in the order of the data flow.
std::string program_help();
/// The page of the verbs whose names begin with `word` ("model"), or "" when there are none.
std::string family_help(const std::string& word);
/// The page of `r2rank VERB --help`. `flags` holds what the verb declared, with the defaults.
std::string verb_help(const VerbText& text, const Flags& flags);

}  // namespace r2rank::cli
