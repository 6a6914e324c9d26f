#pragma once

// Test support: rationales about the red and blue items of tiny_ranking_model.h.

#include "learn/tiny_ranking_model.h"
#include "rollout/rationale_set.h"

namespace r2rank::learn::testing {

/// For each training event of the first `users` users beyond their third: why the (red) target is chosen and
/// why a blue item is not.
inline rollout::RationaleSet red_or_blue_rationales(const data::Dataset& dataset, const data::Split& split,
                                                    int32_t users = 12) {
  constexpr int32_t kRed = 8, kBlue = 16, kFirst = 3;
  rollout::RationaleSet set;
  for (int32_t user = 0; user < users; ++user)
    for (int32_t end = kFirst; end < split.training_end[user]; ++end) {
      const int32_t blue = kRed + (5 * user + end) % kBlue;
      set.rationales.push_back({user, end, dataset.events(user)[end].item, true, "red fits", "hand"});
      set.rationales.push_back({user, end, blue, false, "blue does not", "hand"});
    }
  set.hash = "of the rationales";
  return set;
}

}  // namespace r2rank::learn::testing
