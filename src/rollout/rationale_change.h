#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rollout/reasoner.h"
#include "text/tokenizer.h"

namespace r2rank::rollout {

/// What is done to rationales between their writing and the reading of the scores, or in place of writing, to
/// see whether the scores follow what they say (docs/study.md).
enum class RationaleChange {
  kNone,
  kSwap,        ///< each candidate gets those of another candidate of the slate
  kScramble,    ///< the words of each in random order
  kFiller,      ///< as many tokens as it had, all of them one that says nothing
  kFixedFiller  ///< nothing is written: each is T such tokens, not ended, as training on filler has them
};
/// "none", "swap", "scramble", "filler", "fixed-filler".
std::vector<std::string> rationale_change_names();
/// REQUIRES one of these names.
RationaleChange rationale_change(const std::string& name);

/// Changes the rationales of a slate, [K][G], in place; draws are keyed by seed and slate. A token that ended
/// a rationale still ends it, a malformed one stays what it is, and log-probabilities are no longer those of
/// the tokens. With one candidate that was reasoned about there is nobody to swap with. REQUIRES another
/// change than kFixedFiller, whose rationales are filler_rollouts().
void change_rationales(RationaleChange change, const text::Tokenizer& tokenizer, uint64_t seed, int64_t slate,
                       std::vector<std::vector<Rationale>>& rationales);

/// Rollouts whose rationales are `length` tokens that say nothing, not ended: [K][G] for each slate, without
/// scores. Log-probabilities are 0: nobody drew them.
std::vector<SlateRollout> filler_rollouts(std::span<const PreparedSlate* const> slates,
                                          const PromptFrame& frame, const text::Tokenizer& tokenizer,
                                          int64_t rationales, int64_t length);

}  // namespace r2rank::rollout
