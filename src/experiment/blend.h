#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/config.h"
#include "experiment/component_scores.h"

namespace r2rank::experiment {

struct BlendOptions {
  double ridge =
      1e-3;           ///< weight of the squared weights in the mean loss, so that equal scorers share theirs
  int64_t folds = 5;  ///< of the cross-fitted measure
  int64_t skip_slates = 0;  ///< validation slates at the start that are not learned from: those which the
                            ///< components were stopped early on (FitOptions::valid_slates)

  void describe(base::ConfigFields& fields);
};

/// A weighted sum of scorers' z-scores (component_scores.h).
struct Blend {
  std::vector<std::string> scorers;
  std::vector<double> weights;   ///< not negative, their sum 1
  double ndcg = 0;               ///< NDCG@10 on the slates learned from, mean over users
  double cross_fitted_ndcg = 0;  ///< the same, each user measured with weights learned from the other folds
};

/// Chooses the weights on validation slates: those of the conditional logit model (McFadden 1974), under
/// which a candidate is the relevant one with probability softmax(sum of weight * z) over its slate (graded
/// labels share it by gain), among weights that are not negative; users count alike, whatever the number of
/// their slates, as in every table. Convex, so it has one answer, whatever the
/// order of the scorers.
///
/// Bias: components that were stopped early or tuned on the same slates look a little better there than they
/// are, the more so the more was tried, and get a little more weight than they deserve; no parameter was
/// learned from these slates, so the effect is that of choosing one of a few dozen epochs (see
/// docs/baselines.md). It does not touch the test slates. `skip_slates` learns from slates that no component
/// has seen. On hard slates only those are learned from whose relevant items the retriever found
/// (slates_to_learn_from). Errors: kUsage for fewer than `folds` slates or options out of range; as
/// component_scores.
Blend learn_blend(std::span<const metrics::PerUserResults> valid, const data::SlateSet& slates,
                  const BlendOptions& options);

/// The blend's scores on other slates, as results of a scorer called `name`. `results` may hold further
/// scorers. Errors: as pick_results and component_scores.
metrics::PerUserResults apply_blend(const Blend& blend, std::span<const metrics::PerUserResults> results,
                                    const data::SlateSet& slates, const data::Dataset& dataset,
                                    const std::string& name);

}  // namespace r2rank::experiment
