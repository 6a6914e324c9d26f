// Any templates, budgets and item texts: a prompt within its budgets, or base::Error. The first four bytes
// are the budgets; the fields after them end with a zero byte each: seven templates, then the texts of an
// item.
#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "text/prompt.h"
#include "text/small_tokenizer.h"

using namespace r2rank;

namespace {

std::string next(std::string_view& input) {
  const size_t end = std::min(input.find('\0'), input.size());
  const std::string field(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return field;
}

text::PromptConfig read_config(const uint8_t* budgets, std::string_view& input) {
  text::PromptConfig config;
  config.history_tokens = 1 + 8 * int64_t{budgets[0]};
  config.candidate_tokens = 1 + int64_t{budgets[1]};
  config.title_tokens = 1 + int64_t{budgets[2]};
  config.description_words = budgets[3];
  for (std::string* field : {&config.system, &config.instruction, &config.history_item, &config.question,
                             &config.candidate, &config.cue, &config.rationale_start})
    *field = next(input);
  return config;
}

text::PromptItem read_item(std::string_view& input) {
  text::PromptItem item;
  for (std::string* field : {&item.title, &item.brand, &item.description}) *field = next(input);
  for (int i = 0; i < 2; ++i) item.categories.push_back(next(input));
  item.count = static_cast<int64_t>(input.size());
  item.mean_rating = item.rating = static_cast<double>(input.size()) / 7;
  item.days_ago = static_cast<double>(input.size()) * 1.5;
  return item;
}

/// The text of an item is a stranger's: it must never become a control token.
bool has_special(const text::Tokenizer& tokenizer, const std::vector<text::TokenId>& tokens) {
  const auto& special = tokenizer.data().special;
  return std::any_of(tokens.begin(), tokens.end(), [&](text::TokenId id) {
    return std::any_of(special.begin(), special.end(), [&](const auto& entry) { return entry.second == id; });
  });
}

void build(const text::PromptConfig& config, const text::PromptItem& item) {
  static const text::Tokenizer tokenizer(text::small_chat_tokenizer());
  const text::PromptBuilder prompts(tokenizer, config);
  const auto pieces = prompts.build({item, {.title = "plain"}, item}, {item, {.title = "plain"}});
  R2RANK_CHECK(static_cast<int64_t>(pieces.history.size()) <= config.history_tokens);
  R2RANK_CHECK(pieces.candidates.size() == 2);
  for (const auto& candidate : pieces.candidates) {
    R2RANK_CHECK(static_cast<int64_t>(candidate.size()) <= config.candidate_tokens);
    R2RANK_CHECK(!has_special(tokenizer, candidate));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size < 4) return 0;
  std::string_view input(reinterpret_cast<const char*>(bytes) + 4, size - 4);
  const auto config = read_config(bytes, input);
  const auto item = read_item(input);
  try {
    build(config, item);
  } catch (const base::Error&) {
  }
  return 0;
}
