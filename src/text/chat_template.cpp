#include "text/chat_template.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::text {
namespace {

bool has_special(const TokenizerData& data, std::string_view token) {
  return std::any_of(data.special.begin(), data.special.end(),
                     [&](const auto& entry) { return entry.first == token; });
}

/// A model is of a format when it has the format's tokens and its template, if it has one, uses them.
bool speaks(const TokenizerData& data, std::string_view opening) {
  const bool used = data.chat_template.empty() || data.chat_template.find(opening) != std::string::npos;
  return has_special(data, opening) && used;
}

/// Qwen3's later non-thinking models have the <think> tokens too, but a plain ChatML template.
bool has_think_block(const TokenizerData& data) {
  if (data.chat_template.empty()) return has_special(data, "<think>");
  return data.chat_template.find("enable_thinking") != std::string::npos;
}

std::string chat_ml_turn(std::string_view role, std::string_view text) {
  return fmt::format("<|im_start|>{}\n{}<|im_end|>\n", role, text);
}

std::string llama3_header(std::string_view role) {
  return fmt::format("<|start_header_id|>{}<|end_header_id|>\n\n", role);
}

ChatFrame llama3_frame(std::string_view system) {
  std::string open = "<|begin_of_text|>";
  if (!system.empty()) open += llama3_header("system") + std::string(system) + "<|eot_id|>";
  return {open + llama3_header("user"), "<|eot_id|>" + llama3_header("assistant"), "<|eot_id|>"};
}

ChatFrame chat_ml_frame(std::string_view system, std::string_view think) {
  const std::string system_turn = system.empty() ? "" : chat_ml_turn("system", system);
  return {system_turn + "<|im_start|>user\n", fmt::format("<|im_end|>\n<|im_start|>assistant\n{}", think),
          "<|im_end|>"};
}

}  // namespace

ChatFamily detect_chat_family(const TokenizerData& data) {
  if (speaks(data, "<|start_header_id|>")) return ChatFamily::kLlama3;
  if (speaks(data, "<|im_start|>")) return has_think_block(data) ? ChatFamily::kQwen3 : ChatFamily::kChatMl;
  base::fail_data("chat",
                  "expected a model that was tuned for conversations in the format of ChatML (SmolLM2, Qwen) "
                  "or Llama 3, found "
                  "neither's special tokens; use an instruction-tuned model of those families");
}

std::string_view chat_family_name(ChatFamily family) {
  switch (family) {
    case ChatFamily::kLlama3:
      return "llama3";
    case ChatFamily::kQwen3:
      return "qwen3";
    case ChatFamily::kChatMl:
      break;
  }
  return "chatml";
}

ChatFrame chat_frame(ChatFamily family, std::string_view system) {
  if (family == ChatFamily::kLlama3) return llama3_frame(system);
  return chat_ml_frame(system, family == ChatFamily::kQwen3 ? "<think>\n\n</think>\n\n" : "");
}

std::string default_system(const TokenizerData& data) {
  constexpr std::string_view kOpen = "<|im_start|>system", kClose = "<|im_end|>";
  const std::string_view text = data.chat_template;
  for (size_t at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at + 1)) {
    std::string_view rest = text.substr(at + kOpen.size());
    if (rest.starts_with("\n"))
      rest.remove_prefix(1);
    else if (rest.starts_with("\\n"))
      rest.remove_prefix(2);  // as Jinja's string literals write it
    const std::string_view system = rest.substr(0, rest.find(kClose));
    // A quote or brace ends the literal: there the template puts in the text of the conversation.
    if (system.size() < rest.size() && system.find_first_of("'\"{}") == std::string_view::npos)
      return std::string(system);
  }
  return "";
}

}  // namespace r2rank::text
