#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/token_tree.h"
#include "rollout/slate_prompts.h"

namespace r2rank::rollout {

/// The fixed pieces every candidate is followed by.
struct PromptFrame {
  std::vector<int32_t> rationale_start;  ///< may be empty
  std::vector<int32_t> cue;              ///< [Q]
  int32_t end_of_turn = 0;
};

/// One sampled rationale. With `ended`, its last token is the end of the turn or of the generation.
struct Rationale {
  std::vector<int32_t> tokens;  ///< [<= T]
  std::vector<float> logprobs;  ///< of each token under the distribution it was drawn from
  bool ended = false;
  bool malformed = false;  ///< holds a reserved marker: its score is the silent one

  /// What it says: the tokens without the one that ended it.
  std::span<const int32_t> body() const { return std::span(tokens).first(tokens.size() - (ended ? 1 : 0)); }
};

/// Several slates as one forest: history -> candidate -> { cue (silent), rationale start + rationale + cue }.
/// Slates of one user that follow one another share the tokens that their histories begin with.
struct SlateTree {
  model::TokenTree tree;
  std::vector<int32_t> candidate_nodes;  ///< [sum K]
  std::vector<int64_t> candidate_last;   ///< [sum K] packed index of each candidate's last token
  std::vector<int64_t> silent_last;      ///< [sum K] packed index of each silent cue's last token
  /// [sum K * G] packed index of each rationale's cue's last token, ordered slate, candidate, rationale; -1
  /// where malformed
  std::vector<int64_t> reasoned_last;
  std::vector<int64_t> predicted_from;  ///< packed index of the token before each sampled token
  std::vector<int32_t> predicted;       ///< the sampled tokens, in the order of predicted_from
  std::vector<int64_t>
      token_rationale;  ///< rationale (flat, as in reasoned_last) each sampled token belongs to
};

/// `rationales[b][i]` are the rationales of candidate i of slate b; an empty outer vector builds the silent
/// tree alone. Without `silent_cue` the silent leaves are left out.
SlateTree build_slate_tree(std::span<const PreparedSlate* const> slates, const PromptFrame& frame,
                           const std::vector<std::vector<std::vector<Rationale>>>& rationales,
                           bool silent_cue = true);

/// Tokens one slate takes in a tree with G rationales of up to T tokens; for packing and for cost estimates.
/// `before` is the slate that it follows there: what both histories begin with is not counted again.
int64_t slate_tokens(const PreparedSlate& slate, const PromptFrame& frame, int64_t rationales,
                     int64_t rationale_tokens, const PreparedSlate* before = nullptr);

}  // namespace r2rank::rollout
