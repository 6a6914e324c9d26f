#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/config.h"
#include "baselines/scorer.h"
#include "data/item_statistics.h"

namespace r2rank::baselines {

/// One question to a language model, as text: a system turn ("" for none), a user turn, and how the
/// assistant's answer begins where the model runs here (a server writes its answers whole).
struct Question {
  std::string system;
  std::string
      shared;  ///< start of the user turn that questions in a row may have in common: tokenised on its own
  std::string rest;  ///< the rest of the user turn
  std::string answer_start;
  int64_t max_tokens = 1;  ///< of the answer
};

/// How candidates are named in a list.
enum class ListLabels { kNumbers, kLetters };
ListLabels list_labels(const std::string& name);  ///< "numbers", "letters"; Errors: kUsage

/// "1", "2", ... or "A", ..., "Z", "a", ..., "z". Errors: kUsage for more than 52 letters.
std::vector<std::string> make_labels(ListLabels labels, int64_t count);

/// How a slate is shown as one prompt: the history, then the candidates as a list.
struct ListPromptConfig {
  std::string system;  ///< text of a system turn; "" for none
  std::string instruction = "A user has chosen these items, oldest first:\n";
  std::string item = "{title}[ ({category})]";  ///< {title} {brand} {category} {categories} {count}
  bool recency = false;                         ///< the latest item is named again
  std::string recency_text = "The latest choice was {title}; weigh it most.\n";
  int64_t history_items = 10;
  int64_t title_words = 12;  ///< a title, and any other field, is cut to this many words

  void describe(base::ConfigFields& fields);
};

/// Renders slates. No time, no rating and no event at or after the target is shown. The data must outlive it.
class ListPrompts {
 public:
  /// Errors: kUsage for a template with an unknown placeholder.
  ListPrompts(const TrainingData& data, ListPromptConfig config);

  /// Instruction, history lines ("- ..."), and with `recency` the sentence about the latest item.
  std::string history(const data::Slate& slate) const;
  /// One line a candidate in this order of indices into slate.candidates: "label. text\n".
  /// With `training`, the slate's target is itself a training event: it is taken out of its item's count.
  std::string candidates(const data::Slate& slate, std::span<const int32_t> order,
                         const std::vector<std::string>& labels, bool training = false) const;
  /// Titles as they stand in that list, for reading answers that name them; [K] in this order.
  std::vector<std::string> titles(const data::Slate& slate, std::span<const int32_t> order) const;
  /// One item's line without label. History lines pass false: a count is for candidates alone.
  std::string item_text(int32_t item, bool with_count) const;
  const ListPromptConfig& config() const { return config_; }

 private:
  std::string line(int32_t item, const std::string& count) const;
  std::string title(int32_t item) const;
  std::string words(const std::string& text) const;

  const data::Dataset& dataset_;
  ListPromptConfig config_;
  data::ItemStatistics statistics_;
};

/// Order in which candidates are shown in shuffle b, as indices into slate.candidates: keyed by seed, slate,
/// items and b, so that the slate's own order (where the target might stand in a fixed place) has no part.
std::vector<int32_t> shown_order(const data::Slate& slate, const data::Dataset& dataset, uint64_t seed,
                                 int64_t shuffle);

/// What decides the order shown: draws, as above, or the slate, whose own order it is then.
enum class ListOrder { kRandom, kGiven };
/// Adds the setting `shown_order` of a method that shows a list.
void describe_list_order(base::ConfigFields& fields, std::string& order);
/// "random", "given". Errors: kUsage for another name, and for several shuffles of the given order, which is
/// one.
ListOrder list_order(const std::string& name, int64_t shuffles);
/// The order shown in shuffle b where `by` decides it.
std::vector<int32_t> shown_order(ListOrder by, const data::Slate& slate, const data::Dataset& dataset,
                                 uint64_t seed, int64_t shuffle);

}  // namespace r2rank::baselines
