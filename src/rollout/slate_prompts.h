#pragma once

#include <cstdint>
#include <vector>

#include "data/slates.h"
#include "data/split.h"
#include "rollout/prompt_view.h"
#include "rollout/signal_source.h"
#include "rollout/slate_items.h"
#include "text/prompt.h"

namespace r2rank::rollout {

/// A slate as the model sees it. Candidates stand in canonical order (by their tokens, then by item),
/// whatever order the slate listed them in: the packed batch, and with it every rounding, is then the same
/// for every permutation of a slate.
struct PreparedSlate {
  int64_t id = 0;
  text::PromptPieces pieces;        ///< history [H], candidates [K][C], canonical order
  std::vector<int32_t> order;       ///< [K] order[i] is the slate's index of canonical candidate i
  std::vector<uint64_t> item_keys;  ///< [K] key of each candidate's random streams
  std::vector<float> relevance;     ///< [K] canonical order
  std::vector<std::vector<float>> signals = {};  ///< [K][F] canonical order; empty without signals
  bool labelled = true;  ///< false: nobody chose, and relevance is what other rankers hold likely
  int32_t user = -1;  ///< slates of one user, side by side in a tree, share what their histories begin with;
                      ///< below 0: shares nothing

  int64_t candidates() const { return static_cast<int64_t>(order.size()); }
  /// Values in canonical order put back into the slate's own.
  std::vector<double> in_slate_order(const std::vector<double>& canonical) const;
};

/// Sorts a slate's pieces into canonical order. `keys` identify the items (random streams, order of equal
/// texts); `signals` [K][F] may be empty.
PreparedSlate canonical_slate(int64_t id, text::PromptPieces pieces, const std::vector<uint64_t>& keys,
                              const std::vector<float>& relevance,
                              std::vector<std::vector<float>> signals = {});

/// What the rollout takes: places of slates that stay where they are.
std::vector<const PreparedSlate*> pointers_to(const std::vector<PreparedSlate>& slates);

/// Turns slates into prompts: titles and statistics of history and candidates, from training interactions
/// only, and, with `signals`, what these say about candidates. The references must outlive it. Thread-safe.
class SlatePrompts {
 public:
  SlatePrompts(const data::Dataset& dataset, const data::Split& split, const text::PromptBuilder& builder,
               SignalSource* signals = nullptr);

  /// With `training`, the slate's target is itself a training event: it is taken out of its item's count and
  /// mean rating.
  PreparedSlate prepare(const data::Slate& slate, bool training) const;
  /// The same as a study wants it shown.
  PreparedSlate prepare(const data::Slate& slate, bool training, const PromptView& view) const;

 private:
  std::vector<text::PromptItem> shown_history(const data::Slate& slate, const PromptView& view) const;

  const data::Dataset& dataset_;
  const text::PromptBuilder& builder_;
  SlateItems items_;
  SignalSource* signals_;  // null without signals
};

}  // namespace r2rank::rollout
