#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r2rank::distill {

/// Whether a rationale holds what frames a chat or an answer: control tokens of known families ("<|...|>",
/// "<s>", "[INST]", "<start_of_turn>" ...), think and answer tags, or one of the reserved texts, in any case.
bool has_reserved_marker(std::string_view rationale, const std::vector<std::string>& reserved);

}  // namespace r2rank::distill
