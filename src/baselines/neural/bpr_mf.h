#pragma once

#include <memory>

#include "baselines/neural/pairwise_model.h"

namespace r2rank::baselines {

/// Matrix factorisation trained by Bayesian personalised ranking (Rendle et al. 2009): score = user . item,
/// no biases, as RecBole's BPR. Errors: kUsage for settings out of range or no training event.
std::unique_ptr<Trainable> make_bpr_mf(const TrainingData& data, const PairwiseOptions& options,
                                       uint64_t seed);

}  // namespace r2rank::baselines
