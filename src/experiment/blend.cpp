#include "experiment/blend.h"

#include "base/error.h"
#include "experiment/conditional_logit.h"
#include "metrics/ranking_metrics.h"
#include "metrics/tied_blocks.h"

namespace r2rank::experiment {
namespace {

std::vector<double> blended(const ComponentScores& scores, const std::vector<double>& weights, size_t slate) {
  std::vector<double> sums(scores.size(slate), 0.0);  // [K]
  for (size_t k = 0; k < sums.size(); ++k) {
    const auto z = scores.row(scores.first[slate] + k);
    for (size_t s = 0; s < weights.size(); ++s) sums[k] += weights[s] * z[s];
  }
  return sums;
}

/// A mean over users, as it grows.
struct UserMean {
  double sum = 0, users = 0;
  double value() const { return users > 0 ? sum / users : 0; }
};

/// NDCG@10 of all of some users' slates.
void add_ndcg(const ComponentScores& scores, const data::SlateSet& set, const std::vector<size_t>& slates,
              const std::vector<double>& weights, UserMean& mean) {
  const auto counts = user_weights(scores, slates);
  for (size_t i = 0; i < slates.size(); ++i) {
    const size_t slate = slates[i];
    mean.sum += counts[i] * metrics::ndcg(blended(scores, weights, slate), set.slates[slate].relevance, 10);
    mean.users += counts[i];
  }
}

double mean_ndcg(const ComponentScores& scores, const data::SlateSet& set, const std::vector<size_t>& slates,
                 const std::vector<double>& weights) {
  UserMean mean;
  add_ndcg(scores, set, slates, weights, mean);
  return mean.value();
}

double cross_fitted(const ComponentScores& scores, const data::SlateSet& set,
                    const std::vector<size_t>& slates, const BlendOptions& options) {
  const auto fold_of = folds_of(scores, static_cast<size_t>(options.folds));
  UserMean mean;
  for (size_t fold = 0; fold < static_cast<size_t>(options.folds); ++fold) {
    std::vector<size_t> inside, outside;
    for (const size_t slate : slates) (fold_of[slate] == fold ? inside : outside).push_back(slate);
    if (inside.empty() || outside.empty()) continue;
    const auto weights = ConditionalLogit(scores, set, outside, options.ridge).shares();
    add_ndcg(scores, set, inside, weights, mean);
  }
  return mean.value();
}

void check(const BlendOptions& options) {
  if (!(options.ridge > 0) || options.folds < 2 || options.skip_slates < 0) {
    base::fail_usage(
        "blend",
        "expected ridge above 0, folds of at least 2 and skip_slates of at least 0 (found: {}, {}, {})",
        options.ridge, options.folds, options.skip_slates);
  }
}

}  // namespace

void BlendOptions::describe(base::ConfigFields& fields) {
  fields.add("ridge", ridge, "weight of the squared weights in the loss").between(1e-9, 1e3);
  fields.add("folds", folds, "parts of the validation users for the cross-fitted measure").between(2, 100);
  fields.add("skip_slates", skip_slates, "validation slates at the start not to learn from").at_least(0);
}

Blend learn_blend(std::span<const metrics::PerUserResults> valid, const data::SlateSet& slates,
                  const BlendOptions& options) {
  check(options);
  const auto learned = slates_to_learn_from(slates, options.skip_slates, options.folds, "blend");
  const auto scores = component_scores(valid, slates);
  Blend blend{.scorers = scores.names,
              .weights = ConditionalLogit(scores, slates, learned, options.ridge).shares()};
  blend.ndcg = mean_ndcg(scores, slates, learned, blend.weights);
  blend.cross_fitted_ndcg = cross_fitted(scores, slates, learned, options);
  return blend;
}

metrics::PerUserResults apply_blend(const Blend& blend, std::span<const metrics::PerUserResults> results,
                                    const data::SlateSet& slates, const data::Dataset& dataset,
                                    const std::string& name) {
  const auto picked = pick_results(results, blend.scorers);
  const auto scores = component_scores(picked, slates);
  std::vector<double> all;  // [rows]
  for (size_t slate = 0; slate < scores.slates(); ++slate) {
    const auto sums = blended(scores, blend.weights, slate);
    all.insert(all.end(), sums.begin(), sums.end());
  }
  return combined_results(name, all, scores, picked, slates, dataset);
}

}  // namespace r2rank::experiment
