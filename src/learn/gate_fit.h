#pragma once

#include <cstdint>
#include <vector>

namespace r2rank::learn {

/// A validation slate that was ranked both ways.
struct GateSample {
  double doubt = 0;                 ///< rollout::doubt_of its silent scores
  double silent = 0, reasoned = 0;  ///< NDCG@10
};

/// Where reasoning pays, and what that was found on.
struct ReasonGate {
  double least_doubt = 2;  ///< slates with this doubt or more are reasoned about; 2: none are
  double share = 0;        ///< of the slates it was fitted on that are
  double silent = 0, reasoned = 0, gated = 0;  ///< mean NDCG@10 there: of neither, of all, of that share
  int64_t slates = 0;
};

/// The gate that reasons about the fewest slates among those whose mean NDCG is not worse than the best
/// gate's by as much as one standard error of their difference: reasoning costs, so that a gain which could
/// be noise is not taken. Slates are ordered by doubt; equal doubt is never divided.
ReasonGate fit_gate(std::vector<GateSample> samples);

}  // namespace r2rank::learn
