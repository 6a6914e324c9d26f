#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verb.h"

namespace r2rank::cli {

/// One object of every verb, in the order of the data flow.
std::vector<std::unique_ptr<Verb>> all_verbs();

/// The verb that `arguments` begins with, and how many of them its name takes. Null when there is none.
struct FoundVerb {
  std::unique_ptr<Verb> verb;
  size_t words = 0;
};
FoundVerb find_verb(const std::vector<std::string>& arguments);

/// "did you mean 'import'?" or a pointer to --help, for a name that is no verb.
std::string verb_suggestion(const std::vector<std::string>& arguments);

}  // namespace r2rank::cli
