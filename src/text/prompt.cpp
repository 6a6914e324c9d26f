#include "text/prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "text/prompt_fields.h"
#include "text/token_cache.h"

namespace r2rank::text {
namespace {

constexpr size_t kCacheEntries = 200000;

/// A hash of everything a prompt can show of an item (descriptions are long, caches large); lengths keep
/// fields apart.
std::string key_of(const PromptItem& item) {
  std::string key = fmt::format("{}|{}|{}|{}", item.count, item.mean_rating, item.rating, item.days_ago);
  const auto add = [&](const std::string& text) { key += fmt::format("|{}:{}", text.size(), text); };
  add(item.title), add(item.brand), add(item.description);
  for (const auto& category : item.categories) add(category);
  for (const auto& [name, percentile] : item.signals) add(fmt::format("{} {}", name, percentile));
  return base::hash_hex(key);
}

void append(std::vector<TokenId>& tokens, const std::vector<TokenId>& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
}

TokenId single_token(const Tokenizer& tokenizer, const char* word) {
  const auto ids = tokenizer.encode(word, false);
  if (ids.size() != 1)
    base::fail_usage("prompt",
                     "expected '{}' to be one token, found {} in this model's vocabulary; use a model of the "
                     "families SmolLM2, "
                     "Llama 3, Qwen2 or Qwen3",
                     word, ids.size());
  return ids[0];
}

ChatFrame frame_of(const Tokenizer& tokenizer, const PromptConfig& config) {
  const std::string system = config.system == "default" ? default_system(tokenizer.data()) : config.system;
  return chat_frame(detect_chat_family(tokenizer.data()), system);
}

/// The largest value in [0, high] that fits, given that smaller ones fit when larger ones do; -1 when none
/// does.
template <class Fits>
int64_t largest_that_fits(int64_t high, Fits fits) {
  int64_t low = -1;
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (fits(middle))
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

}  // namespace

struct PromptBuilder::Caches {
  TokenCache lines{kCacheEntries}, candidates{kCacheEntries};
};

PromptBuilder::PromptBuilder(const Tokenizer& tokenizer, PromptConfig config)
    : tokenizer_(tokenizer),
      config_(std::move(config)),
      signal_names_(signals_in(config_.candidate)),
      caches_(std::make_unique<Caches>()) {
  const ChatFrame frame = frame_of(tokenizer_, config_);
  history_start_ = tokenizer_.encode(frame.open, true);
  append(history_start_, tokenizer_.encode(config_.instruction, false));
  history_end_ = tokenizer_.encode(config_.question, false);
  append(history_end_, tokenizer_.encode(frame.open_assistant, true));
  rationale_start_ = tokenizer_.encode(config_.rationale_start, false);
  cue_ = tokenizer_.encode(config_.cue, false);
  end_of_turn_ = tokenizer_.special(frame.end_of_turn);
  yes_ = single_token(tokenizer_, " yes");
  no_ = single_token(tokenizer_, " no");
  check_budgets();
}

PromptBuilder::~PromptBuilder() = default;
PromptBuilder::PromptBuilder(PromptBuilder&&) noexcept = default;

void PromptBuilder::check_budgets() const {
  if (cue_.empty())
    base::fail_usage("prompt", "expected a cue, found none; set prompt_cue to something like ' Answer:'");
  const auto fixed = static_cast<int64_t>(history_start_.size() + history_end_.size());
  if (fixed > config_.history_tokens)
    base::fail_usage(
        "prompt", "history_tokens = {} is less than the {} tokens of the text around the history; raise it",
        config_.history_tokens, fixed);
  line_tokens({});  // an unknown placeholder is reported now, not in the middle of a run
  cut_candidate({});
}

std::vector<TokenId> PromptBuilder::line_tokens(const PromptItem& item) const {
  const FieldLimits limits{config_.title_tokens, config_.title_tokens, 0};
  return tokenizer_.encode(fill_template(config_.history_item, history_fields(tokenizer_, item, limits)),
                           false);
}

std::vector<TokenId> PromptBuilder::history_tokens(const std::vector<PromptItem>& history) const {
  const size_t shown =
      std::min(history.size(), static_cast<size_t>(std::max<int64_t>(config_.history_items, 0)));
  auto room = config_.history_tokens - static_cast<int64_t>(history_start_.size() + history_end_.size());
  std::vector<std::vector<TokenId>> lines;  // latest first
  for (size_t back = 1; back <= shown; ++back) {
    const PromptItem& item = history[history.size() - back];
    lines.push_back(caches_->lines.get(key_of(item), [&] { return line_tokens(item); }));
    room -= static_cast<int64_t>(lines.back().size());
    if (room >= 0) continue;
    lines.pop_back();
    break;
  }
  std::vector<TokenId> tokens = history_start_;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) append(tokens, *line);
  append(tokens, history_end_);
  return tokens;
}

std::vector<TokenId> PromptBuilder::candidate_tokens(const PromptItem& item) const {
  return caches_->candidates.get(key_of(item), [&] { return cut_candidate(item); });
}

std::vector<TokenId> PromptBuilder::cut_candidate(const PromptItem& item) const {
  FieldLimits limits{config_.title_tokens, config_.title_tokens, config_.description_words};
  std::vector<TokenId> tokens;
  const auto fits = [&] {
    const auto fields = candidate_fields(tokenizer_, item, limits, signal_names_);
    tokens = tokenizer_.encode(fill_template(config_.candidate, fields), false);
    return static_cast<int64_t>(tokens.size()) <= config_.candidate_tokens;
  };
  if (fits()) return tokens;
  for (int64_t* limit : {&limits.description_words, &limits.title_tokens, &limits.other_tokens}) {
    const int64_t best = largest_that_fits(*limit, [&](int64_t value) { return *limit = value, fits(); });
    *limit = std::max<int64_t>(best, 0);
    if (best >= 0 && fits()) return tokens;
  }
  base::fail_usage("prompt",
                   "candidate_tokens = {} is less than the {} tokens that prompt_candidate takes without its "
                   "texts; raise it",
                   config_.candidate_tokens, tokens.size());
}

PromptPieces PromptBuilder::build(const std::vector<PromptItem>& history,
                                  const std::vector<PromptItem>& candidates) const {
  PromptPieces pieces;
  pieces.history = history_tokens(history);
  pieces.candidates.reserve(candidates.size());
  for (const PromptItem& candidate : candidates) pieces.candidates.push_back(candidate_tokens(candidate));
  return pieces;
}

}  // namespace r2rank::text
