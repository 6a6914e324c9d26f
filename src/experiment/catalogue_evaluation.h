#pragma once

#include <string>
#include <vector>

#include "baselines/scorer.h"
#include "data/slates.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Whether the candidates of these slates are the whole catalogue but for what the protocol excludes.
bool ranks_full_catalogue(const data::SlateSet& slates);

/// Refuses metrics that cannot be measured anew from results over a full catalogue, which keep the relevant
/// items' scores alone. Errors: kUsage naming those that are stored.
void check_stored(const data::SlateSet& slates, const std::vector<std::string>& metrics);

/// A language model reads each candidate: a whole catalogue is days of work, and lists and letters have no
/// place for it. Errors: kUsage naming `what` where the scorer is one.
void refuse_catalogue_of_llm(const baselines::Scorer& scorer, const std::string& what);

/// evaluate() (evaluation.h) of such slates: every item is ranked by Scorer::score_catalogue(), places are
/// counted, nothing is sorted. PerUserResults::scores holds the relevant items' scores alone. Errors: as
/// refuse_catalogue_of_llm, before anything is scored; kInterrupted.
metrics::PerUserResults evaluate_catalogue(baselines::Scorer& scorer, const data::SlateSet& slates,
                                           const data::Dataset& dataset, const std::string& label);

}  // namespace r2rank::experiment
