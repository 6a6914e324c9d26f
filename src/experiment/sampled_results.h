#pragma once

#include "data/slate_sample.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Results of the sampled slates under the hash that data::sampled_slates() gives them. `results` may be
/// those of a larger sample of the same seed.
metrics::PerUserResults sampled_results(const metrics::PerUserResults& results,
                                        const data::SlateSample& sample);

}  // namespace r2rank::experiment
