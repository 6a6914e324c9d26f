#pragma once

#include <cstdint>
#include <vector>

#include "data/item_statistics.h"
#include "data/slates.h"
#include "data/split.h"
#include "text/prompt.h"

namespace r2rank::rollout {

/// What a prompt may show of a slate: titles and statistics of history and candidates, statistics from
/// training interactions only. A slate whose history is all that its user did has no target. The references
/// must outlive it. Thread-safe.
class SlateItems {
 public:
  SlateItems(const data::Dataset& dataset, const data::Split& split);

  /// The last `most` events before the target, oldest first: nothing at or after history_end is ever read.
  /// Fewer where the slate's window ends later, but one. Without a target, days are counted back from the
  /// last event of the dataset.
  std::vector<text::PromptItem> history(const data::Slate& slate, int64_t most) const;
  /// With `training`, the slate's target is itself a training event: it is taken out of its item's count and
  /// mean rating.
  text::PromptItem candidate(const data::Slate& slate, int32_t item, bool training) const;

 private:
  text::PromptItem describe_item(int32_t item) const;
  text::PromptItem history_item(const data::Interaction& event, int64_t now) const;
  const data::Interaction* target(const data::Slate& slate) const;

  const data::Dataset& dataset_;
  int64_t last_time_ = 0;  // of all events
  data::ItemStatistics statistics_;
};

}  // namespace r2rank::rollout
