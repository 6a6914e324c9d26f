#pragma once

#include <memory>

#include "baselines/scorer.h"

namespace r2rank::baselines {

/// Uniform scores keyed by (seed, slate, item): the floor. Its expected NDCG is that of "constant".
std::unique_ptr<Scorer> make_random(uint64_t seed);
/// The same score for everything: shows what the expectation over ties gives.
std::unique_ptr<Scorer> make_constant();
/// The order in which the candidates came: must be no better than random, else that order leaks the label.
std::unique_ptr<Scorer> make_incoming();
/// Number of training interactions of the item.
std::unique_ptr<Scorer> make_popularity(const TrainingData& data);

}  // namespace r2rank::baselines
