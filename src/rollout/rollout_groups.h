#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/format/model_config.h"
#include "rollout/slate_tree.h"

namespace r2rank::rollout {

/// What a pass over some candidates takes beside the weights, in bytes: an estimate from the shapes of the
/// tensors that grow with it.
struct RolloutCosts {
  double prompt_token = 0;   ///< activations of one layer for one packed token
  double history_token = 0;  ///< keys and values that the rows of one slate share, all layers
  double cached_token = 0;   ///< keys and values of one position of one row, all layers
  double row = 0;            ///< logits and activations of one row that draws
};

/// `element`: bytes of the compute type.
RolloutCosts rollout_costs(const model::ModelConfig& config, double element);

/// Candidates [first, last) of slate `slate`.
struct CandidateRun {
  size_t slate = 0;
  int64_t first = 0, last = 0;
  bool operator==(const CandidateRun&) const = default;
};

/// What runs together: candidates, and of each the rationales [first_copy, first_copy + copies). Without
/// rationales both are 0.
struct RolloutGroup {
  std::vector<CandidateRun> runs;
  int64_t first_copy = 0, copies = 0;
  bool operator==(const RolloutGroup&) const = default;
};

/// Cuts slates into groups that each take at most `budget` bytes by `costs`: between slates, where that is
/// not enough between the candidates of a slate, and at last between the rationales of a candidate. A single
/// row is never cut, whatever it takes. Groups stand in the order slate, candidate, rationale; they follow
/// from the arguments alone. `max_tokens` is T.
std::vector<RolloutGroup> cut_rollout(std::span<const PreparedSlate* const> slates, const PromptFrame& frame,
                                      const RolloutCosts& costs, int64_t rationales, int64_t max_tokens,
                                      double budget);

}  // namespace r2rank::rollout
