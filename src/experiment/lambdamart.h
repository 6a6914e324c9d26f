#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/config.h"
#include "data/split.h"
#include "experiment/component_scores.h"
#include "experiment/gradient_trees.h"

namespace r2rank::experiment {

struct LambdaMartOptions {
  TreeOptions trees{};
  int64_t folds = 5;        ///< of the users, to find out how many trees are enough
  int64_t patience = 30;    ///< trees without a better cross-fitted NDCG@10 before it ends
  int64_t skip_slates = 0;  ///< as BlendOptions::skip_slates
  int64_t seed = 7;

  void describe(base::ConfigFields& fields);
};

/// A ranker over the scores of all others.
struct LambdaMart {
  std::vector<std::string> scorers;
  std::string model;  ///< GradientTrees::to_text
  int64_t trees = 0;
  bool item_popularity = true;  ///< whether the candidates' popularity is among the features
  double cross_fitted_ndcg =
      0;  ///< NDCG@10 of each user with trees grown on the other folds, at the chosen number
  std::vector<std::pair<std::string, double>> importance;  ///< share of the splits' gain, largest first
};

/// Learns on validation slates. Features of a candidate: each scorer's z-score and its rank in the slate (0
/// best, 1 last; equal scores share the mean); ln(1 + training events) of the item and the rank of it, but
/// for slates whose negatives were drawn by popularity; the history's length; the mean ln(1 + training
/// events) of the history's items. There the popularity of a candidate tells how it was drawn: targets are
/// not drawn so, and an item that training never saw is no negative, or a rarer one. The number of trees is
/// the one at which cross-fitted NDCG@10, a mean over users as in every table, is highest; the measure at it
/// is therefore a little high, and what blend.h says about components stopped early on the same slates holds
/// here too, hard slates included. Errors: as learn_blend, and as GradientTrees.
LambdaMart learn_lambdamart(std::span<const metrics::PerUserResults> valid, const data::SlateSet& slates,
                            const data::Dataset& dataset, const data::Split& split,
                            const LambdaMartOptions& options);

/// ln(1 + training events) of each item, [items].
std::vector<double> log_popularity(const data::Dataset& dataset, const data::Split& split);

/// Its scores on other slates, as results of a scorer called `name`; `popularity` is log_popularity() of what
/// it was learned with. Errors: as apply_blend.
metrics::PerUserResults apply_lambdamart(const LambdaMart& ranker,
                                         std::span<const metrics::PerUserResults> results,
                                         const data::SlateSet& slates, const data::Dataset& dataset,
                                         std::span<const double> popularity, const std::string& name);
metrics::PerUserResults apply_lambdamart(const LambdaMart& ranker,
                                         std::span<const metrics::PerUserResults> results,
                                         const data::SlateSet& slates, const data::Dataset& dataset,
                                         const data::Split& split, const std::string& name);

}  // namespace r2rank::experiment
