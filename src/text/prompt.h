#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace r2rank::text {

/// One past interaction or one candidate, already reduced to what a prompt may show. Empty or negative fields
/// vanish.
struct PromptItem {
  std::string title = {}, brand = {}, description = {};
  std::vector<std::string> categories = {};
  int64_t count = -1;  ///< training interactions of the item (the target's own event taken out); < 0: unknown
  double mean_rating = -1;  ///< over training interactions; < 0: unknown
  double rating = -1;       ///< the user's own, history only; < 0: unknown
  double days_ago = -1;     ///< history only, and only where time is real; < 0: unknown
  std::vector<std::pair<std::string, int32_t>> signals = {};  ///< candidates only: name, percentile
};

/// Every parameter of the prompt; stored in a checkpoint, so that a trained model is always asked the same
/// way. Templates are plain text with {placeholders}; [square brackets] around a part drop it when a
/// placeholder inside is empty.
struct PromptConfig {
  std::string system;       ///< text of a system turn; "" for none, "default" for the model's own
  std::string instruction;  ///< before the history
  std::string
      history_item;  ///< one line a past item: {title} {brand} {category} {categories} {rating} {days_ago}
  std::string question;         ///< after the history, end of the user turn
  std::string candidate;        ///< start of the assistant turn: {title} {brand} {category} {categories}
                                ///< {description} {count} {mean_rating} {signal:NAME}
  std::string cue;              ///< fixed text after a rationale (and directly after the prompt when silent)
  std::string rationale_start;  ///< fixed text between candidate and rationale ("" for none)
  int64_t history_items = 10;
  int64_t title_tokens = 16;      ///< a title is cut to this many tokens
  int64_t description_words = 0;  ///< word budget of a description; 0 leaves it out
  int64_t history_tokens = 512;   ///< budget of instruction + history; the oldest items go first
  int64_t candidate_tokens =
      64;  ///< budget of one candidate; its description is shortened first, then its title

  PromptConfig();  ///< the default recipe
  void describe(base::ConfigFields& fields);
};

/// The token pieces of one slate. Each piece is tokenised on its own, in every code path, so that prefixes
/// are shared exactly.
struct PromptPieces {
  std::vector<TokenId> history;  ///< [H] chat opening, instruction, history, question, assistant opened
  std::vector<std::vector<TokenId>> candidates;  ///< [K][C]
};

/// Renders prompts. Thread-safe; caches the tokens of candidates and history lines by what they show.
/// REQUIRES: the tokenizer outlives it.
class PromptBuilder {
 public:
  /// Errors: kUsage for a template with an unknown placeholder, budgets below what the fixed text takes, an
  /// empty cue or verdict words that are no single token; kData for a model of no known chat family.
  PromptBuilder(const Tokenizer& tokenizer, PromptConfig config);
  ~PromptBuilder();
  PromptBuilder(PromptBuilder&&) noexcept;

  /// Text of items never yields special tokens. Errors: kUsage for a candidate that cannot be cut down to its
  /// budget.
  PromptPieces build(const std::vector<PromptItem>& history, const std::vector<PromptItem>& candidates) const;
  const std::vector<TokenId>& rationale_start() const { return rationale_start_; }  ///< may be empty
  const std::vector<TokenId>& cue() const { return cue_; }                          ///< [Q], never empty
  TokenId end_of_turn() const { return end_of_turn_; }
  TokenId yes() const { return yes_; }  ///< the verdict tokens whose output embeddings make e_yes - e_no
  TokenId no() const { return no_; }
  const PromptConfig& config() const { return config_; }
  /// NAME of each {signal:NAME} that the candidate's template shows, distinct, in its order.
  const std::vector<std::string>& signal_names() const { return signal_names_; }

 private:
  struct Caches;

  std::vector<TokenId> history_tokens(const std::vector<PromptItem>& history) const;
  std::vector<TokenId> line_tokens(const PromptItem& item) const;
  std::vector<TokenId> candidate_tokens(const PromptItem& item) const;
  std::vector<TokenId> cut_candidate(const PromptItem& item) const;
  void check_budgets() const;

  const Tokenizer& tokenizer_;
  PromptConfig config_;
  std::vector<std::string> signal_names_;
  std::vector<TokenId> history_start_, history_end_;  // the fixed tokens before and after the items
  std::vector<TokenId> rationale_start_, cue_;
  TokenId end_of_turn_ = 0, yes_ = 0, no_ = 0;
  std::unique_ptr<Caches> caches_;
};

/// Fills a template: {name} from `values`, bracketed parts dropped when a placeholder in them is empty.
/// Brackets may nest; a backslash before [ ] { } or another backslash makes it plain text.
/// Errors: kUsage for an unknown placeholder (with the nearest name) or an unbalanced bracket.
std::string fill_template(std::string_view text,
                          const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace r2rank::text
