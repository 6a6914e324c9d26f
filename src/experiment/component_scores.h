#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/slates.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Scores of several scorers, S of them, on the same slates, made comparable: within each slate and for each
/// scorer z = (score - mean) / standard deviation, 0 where all are equal. What is not a number counts as the
/// slate's lowest finite score, as infinities do as its lowest or highest.
struct ComponentScores {
  std::vector<std::string> names;    ///< [S]
  std::vector<size_t> first;         ///< [slates + 1] a slate's first row: a row is one candidate
  std::vector<double> z;             ///< [rows, S]
  std::vector<std::string> user_of;  ///< [slates]

  size_t slates() const { return first.size() - 1; }
  size_t size(size_t slate) const { return first[slate + 1] - first[slate]; }
  std::span<const double> row(size_t index) const { return {z.data() + index * names.size(), names.size()}; }
};

/// Errors: kUsage for no scorer, two of one name, results on other slates than `slates`, or slates of a full
/// catalogue, of which only the relevant items' scores are kept; kData where a row lacks scores.
ComponentScores component_scores(std::span<const metrics::PerUserResults> results,
                                 const data::SlateSet& slates);

/// The slates to learn from: those behind the first `skip` that have no relevant candidate which a retriever
/// missed (Slate::missed). Such a one stands among the retriever's best without being one of them, so that
/// "last by the retriever" would come to mean "relevant", which holds of no other slates. Errors:
/// kUsage in the name of `method` for fewer than `least`. REQUIRES: skip of at least 0.
std::vector<size_t> slates_to_learn_from(const data::SlateSet& slates, int64_t skip, int64_t least,
                                         const std::string& method);

/// One of `folds` parts for each slate, by its user, so that no user is in two: for cross-fitting.
std::vector<size_t> folds_of(const ComponentScores& scores, size_t folds);

/// What each of the chosen slates counts in a mean over users, where a user's value is the mean over their
/// slates, as in every table (user_means): 1 / (chosen slates of its user). They add up to the number of
/// users.
std::vector<double> user_weights(const ComponentScores& scores, std::span<const size_t> slates);

/// The results of the named scorers in this order. Errors: kUsage naming a missing one.
std::vector<metrics::PerUserResults> pick_results(std::span<const metrics::PerUserResults> results,
                                                  std::span<const std::string> names);

/// Results of a combination: its scores on every slate, with the components' milliseconds and tokens added
/// up.
metrics::PerUserResults combined_results(const std::string& name, const std::vector<double>& scores,
                                         const ComponentScores& components,
                                         std::span<const metrics::PerUserResults> results,
                                         const data::SlateSet& slates, const data::Dataset& dataset);

}  // namespace r2rank::experiment
