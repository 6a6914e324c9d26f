#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rollout/slate_tree.h"
#include "text/prompt.h"

namespace r2rank::rollout {

/// A text as the tokens a model would have sampled to say it: what follows the rationale start (or, where
/// that is empty, the candidate), and the end of the turn. White space around it is dropped and one space put
/// before it where what it follows ends without any. A text whose tokens with the end are more than `most`
/// is cut and does not end, as a rollout of that length. Control tokens in a text are plain text. No
/// log-probabilities.
Rationale tokenize_rationale(std::string_view text, const text::PromptBuilder& prompts,
                             const text::Tokenizer& tokenizer, int64_t most);

/// The text of a rationale on one line, without control tokens and surrounding space.
std::string rationale_text(const text::Tokenizer& tokenizer, const Rationale& rationale);

}  // namespace r2rank::rollout
