#pragma once

#include <string>
#include <string_view>

namespace r2rank::distill {

enum class Leak { kNone, kLabel, kTarget };

/// Whether a rationale shows that its writer knew the outcome (docs/cold-start.md, "What is dropped, and
/// why"). kLabel: it says so ("ground truth", "was told", "the user did choose" ...). kTarget: before the
/// conclusion, in `opening`, the candidate's title stands as something that was chosen; not looked for with
/// `in_history`, where the user has indeed chosen something of that name.
Leak find_leak(std::string_view rationale, std::string_view opening, std::string_view title, bool in_history);

/// Whether the name that is looked for of the item with this title is the other title's too: of another
/// edition or a sequel.
bool shares_name(std::string_view title, std::string_view other);

}  // namespace r2rank::distill
