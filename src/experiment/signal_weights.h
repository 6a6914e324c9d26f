#pragma once

#include <span>
#include <vector>

#include "experiment/component_scores.h"
#include "experiment/signal_side.h"

namespace r2rank::experiment {

/// Sets the floors of a set's signals and the means and deviations of counts and histories, from what a side
/// says about some slates: a floor is a tenth of the method's mean deviation. REQUIRES at least one slate.
void learn_signal_scales(const SignalSide& side, std::span<const data::Slate> slates,
                         rollout::SignalSet& set);

/// Slates with the signals' standard scores of their candidates.
struct SignalScores {
  data::SlateSet set;
  ComponentScores scores;
};
/// What a side says, standardised by the set. A progress bar under `label`. Errors: kInterrupted on Ctrl-C.
SignalScores signal_scores(const SignalSide& side, std::span<const data::Slate> slates,
                           const data::Dataset& dataset, const rollout::SignalSet& set,
                           const std::string& label);

/// The weights [M] of the conditional logit model of these slates, none negative.
std::vector<double> learn_signal_weights(const SignalScores& scores, double ridge);

/// NDCG@10 of the weighted sum, mean over users; 0 without slates.
double signal_ndcg(const SignalScores& scores, const std::vector<double>& weights);

}  // namespace r2rank::experiment
