#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rollout/slate_tree.h"

namespace r2rank::rollout {

/// What a language model reads in a forest that did happen: histories and the relevant candidates behind
/// them, token by token. Candidates that were not chosen are no text to learn, nor are slates
/// without a label.
struct PromptText {
  std::vector<int64_t> from;    ///< [M] packed index of the token before
  std::vector<int32_t> tokens;  ///< [M]
  /// [M] A slate's text is the mean over its tokens and its relevant candidates; a token that several slates
  /// share has the sum of its weights in them. All weights add up to the number of slates, where each has a
  /// relevant candidate with something before it.
  std::vector<float> weights;
};

/// REQUIRES the slates that the forest was built from, in their order.
PromptText prompt_text(const SlateTree& forest, std::span<const PreparedSlate* const> slates);

}  // namespace r2rank::rollout
