#pragma once

#include <string>

#include "baselines/scorer.h"
#include "data/slates.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Whether the candidates of these slates are the whole catalogue but for what the protocol excludes.
bool ranks_full_catalogue(const data::SlateSet& slates);

/// evaluate() (evaluation.h) of such slates: every item is ranked by Scorer::score_catalogue(), places are
/// counted, nothing is sorted. PerUserResults::scores holds the relevant items' scores alone.
metrics::PerUserResults evaluate_catalogue(baselines::Scorer& scorer, const data::SlateSet& slates,
                                           const data::Dataset& dataset, const std::string& label);

}  // namespace r2rank::experiment
