#pragma once

#include <string>
#include <string_view>

#include "text/tokenizer.h"

namespace r2rank::text {

/// The three conversation formats the supported families use.
enum class ChatFamily { kChatMl, kLlama3, kQwen3 };

/// Guesses the family from the tokenizer's special tokens and template text. Errors: kData when none fits.
ChatFamily detect_chat_family(const TokenizerData& data);
std::string_view chat_family_name(ChatFamily family);

/// The fixed strings around one user turn and the opened assistant turn, tokenised with special tokens
/// allowed: open + user text + close_and_open_assistant + assistant text + end_of_turn.
struct ChatFrame {
  std::string open;            ///< system turn where the family has one, and the opening of the user turn
  std::string open_assistant;  ///< end of the user turn, opening of the assistant's (for Qwen3 with an empty
                               ///< think block)
  std::string end_of_turn;     ///< the token that ends an assistant turn
};
/// With an empty `system` there is no system turn. Models whose own template then puts in a text of its own:
/// default_system().
ChatFrame chat_frame(ChatFamily family, std::string_view system);

/// The system text that the model's own template adds where a conversation has none; "" when it adds none.
std::string default_system(const TokenizerData& data);

}  // namespace r2rank::text
