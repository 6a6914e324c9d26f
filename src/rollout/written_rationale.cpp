#include "rollout/written_rationale.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/trim.h"

namespace r2rank::rollout {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool ends_in_space(std::string_view text) {
  return !text.empty() && kSpace.find(text.back()) != std::string_view::npos;
}

}  // namespace

Rationale tokenize_rationale(std::string_view text, const text::PromptBuilder& prompts,
                             const text::Tokenizer& tokenizer, int64_t most) {
  R2RANK_CHECK(most > 0);
  const auto& config = prompts.config();
  const std::string& before = config.rationale_start.empty() ? config.candidate : config.rationale_start;
  std::string words(base::trimmed(text));
  if (!words.empty() && !ends_in_space(before)) words.insert(0, 1, ' ');
  Rationale rationale;
  rationale.tokens = tokenizer.encode(words, false);
  rationale.ended = static_cast<int64_t>(rationale.tokens.size()) < most;
  if (rationale.ended)
    rationale.tokens.push_back(prompts.end_of_turn());
  else
    rationale.tokens.resize(static_cast<size_t>(most));
  return rationale;
}

std::string rationale_text(const text::Tokenizer& tokenizer, const Rationale& rationale) {
  std::string text = tokenizer.decode(rationale.body());
  std::replace(text.begin(), text.end(), '\n', ' ');
  const size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

}  // namespace r2rank::rollout
