#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "text/prompt.h"

namespace r2rank::rollout {

/// What a study changes in what prompts show of a slate, to see what a model's scores rest on
/// (docs/study.md). The default changes nothing.
struct PromptView {
  bool shuffled_history = false;  ///< the shown items in an order drawn for the slate and the variant
  bool made_up_names = false;  ///< titles and brands give way to made-up ones, the same wherever they stand
  int64_t history_items = -1;  ///< past items shown, at most as the prompt has; -1: as it has
  uint64_t seed = 7;
  uint64_t variant = 0;  ///< of several views of one slate

  bool operator==(const PromptView&) const = default;
};

/// Random numbers of a perturbation, apart from those of everything else that has the same seed.
base::RandomStream study_stream(uint64_t seed, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0);

/// A name that nobody has seen before, always the same for a key: `words` capitalised words of two to four
/// syllables. A memorised title says nothing under such a name.
std::string made_up_name(uint64_t key, int words);

/// Puts made-up names in the place of title and brand. Categories, description and numbers stay: they tell of
/// the item, not which one it is.
void rename(text::PromptItem& item, uint64_t item_key);

}  // namespace r2rank::rollout
