#include "experiment/lambdamart.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/stable_sort.h"
#include "baselines/history.h"
#include "data/item_statistics.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

/// Places among the values from 0 (highest) to 1 (lowest), equal ones sharing the mean.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  std::vector<double> ranks(values.size(), 0.0);
  const double last = std::max(1.0, static_cast<double>(values.size()) - 1);
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end - 1) / 2 / last;
    begin = end;
  }
  return ranks;
}

/// Features of every candidate of every slate.
class FeatureMaker {
 public:
  FeatureMaker(const ComponentScores& scores, const data::SlateSet& slates, const data::Dataset& dataset,
               std::span<const double> popularity, bool item_popularity)
      : scores_(scores),
        slates_(slates),
        dataset_(dataset),
        item_popularity_(item_popularity),
        popularity_(popularity) {}

  std::vector<std::string> names() const {
    std::vector<std::string> names = scores_.names;
    for (const auto& name : scores_.names) names.push_back(name + " rank");
    if (item_popularity_)
      for (const char* name : {"popularity", "popularity rank"}) names.emplace_back(name);
    for (const char* name : {"history length", "history popularity"}) names.emplace_back(name);
    return names;
  }

  RankingRows rows(std::span<const size_t> chosen) const {
    RankingRows rows;
    rows.features = names().size();
    rows.weights = user_weights(scores_, chosen);
    for (const size_t slate : chosen) add_slate(slate, rows);
    return rows;
  }

 private:
  void add_slate(size_t slate, RankingRows& rows) const {
    const auto& labelled = slates_.slates[slate];
    const size_t size = scores_.size(slate);
    std::vector<std::vector<double>> ranks;  // [S + 1][K]
    for (size_t s = 0; s < scores_.names.size(); ++s) {
      std::vector<double> column;
      for (size_t k = 0; k < size; ++k) column.push_back(scores_.row(scores_.first[slate] + k)[s]);
      ranks.push_back(ranks_of(column));
    }
    std::vector<double> popularity;  // [K]
    for (const int32_t item : labelled.candidates)
      popularity.push_back(popularity_[static_cast<size_t>(item)]);
    ranks.push_back(ranks_of(popularity));
    const auto [length, history_popularity] = history_facts(labelled);
    for (size_t k = 0; k < size; ++k) {
      const auto z = scores_.row(scores_.first[slate] + k);
      rows.values.insert(rows.values.end(), z.begin(), z.end());
      for (size_t s = 0; s + 1 < ranks.size(); ++s) rows.values.push_back(ranks[s][k]);
      if (item_popularity_) rows.values.insert(rows.values.end(), {popularity[k], ranks.back()[k]});
      rows.values.insert(rows.values.end(), {length, history_popularity});
    }
    rows.labels.insert(rows.labels.end(), labelled.relevance.begin(), labelled.relevance.end());
    rows.sizes.push_back(static_cast<int32_t>(size));
  }

  std::pair<double, double> history_facts(const data::Slate& slate) const {
    const auto history = baselines::history_of(dataset_, slate);
    double sum = 0;
    for (const auto& event : history) sum += popularity_[static_cast<size_t>(event.item)];
    const auto length = static_cast<double>(history.size());
    return {length, length > 0 ? sum / length : 0};
  }

  const ComponentScores& scores_;
  const data::SlateSet& slates_;
  const data::Dataset& dataset_;
  bool item_popularity_;
  std::span<const double> popularity_;  // [items] log_popularity()
};

/// Each list's NDCG@10 times what it counts.
double ndcg_sum(const RankingRows& rows, const std::vector<double>& scores) {
  double sum = 0;
  size_t begin = 0;
  for (size_t list = 0; list < rows.sizes.size(); ++list) {
    const auto size = static_cast<size_t>(rows.sizes[list]);
    sum += rows.weights[list] * metrics::ndcg(std::span(scores).subspan(begin, size),
                                              std::span(rows.labels).subspan(begin, size), 10);
    begin += size;
  }
  return sum;
}

/// One fold: trees grown on the other users, measured on its own.
struct Fold {
  RankingRows measured;
  std::vector<double> scores;  // [rows] of the trees so far
  std::unique_ptr<GradientTrees> trees;
  bool growing = true;
};

std::vector<Fold> make_folds(const FeatureMaker& features, const ComponentScores& scores,
                             const std::vector<size_t>& slates, const LambdaMartOptions& options) {
  const auto fold_of = folds_of(scores, static_cast<size_t>(options.folds));
  std::vector<Fold> folds;
  for (size_t number = 0; number < static_cast<size_t>(options.folds); ++number) {
    std::vector<size_t> inside, outside;
    for (const size_t slate : slates) (fold_of[slate] == number ? inside : outside).push_back(slate);
    if (inside.empty() || outside.empty()) continue;
    Fold fold;
    fold.measured = features.rows(inside);
    fold.scores.assign(fold.measured.rows(), 0.0);
    fold.trees = std::make_unique<GradientTrees>(features.rows(outside), options.trees,
                                                 static_cast<uint64_t>(options.seed));
    folds.push_back(std::move(fold));
  }
  if (folds.empty())
    base::fail_usage("lambdamart", "expected validation slates of several users, found {} of one",
                     slates.size());
  return folds;
}

/// The mean over users with one tree more.
double grow_folds(std::vector<Fold>& folds, int64_t tree) {
  double sum = 0, users = 0;
  for (Fold& fold : folds) {
    base::stop_if_interrupted("lambdamart");
    fold.growing = fold.growing && fold.trees->grow();
    if (fold.growing) {
      const auto added = fold.trees->predict(fold.measured.values, fold.measured.features, tree, tree + 1);
      for (size_t row = 0; row < added.size(); ++row) fold.scores[row] += added[row];
    }
    sum += ndcg_sum(fold.measured, fold.scores);
    users += std::accumulate(fold.measured.weights.begin(), fold.measured.weights.end(), 0.0);
  }
  return sum / users;
}

/// Sets the number of trees and the measure at it.
void choose_trees(std::vector<Fold> folds, const LambdaMartOptions& options, LambdaMart& ranker) {
  base::Progress progress("lambdamart", options.trees.trees, "trees");
  for (int64_t tree = 0; tree < options.trees.trees; ++tree) {
    const double ndcg = grow_folds(folds, tree);
    if (ndcg > ranker.cross_fitted_ndcg) {
      ranker.cross_fitted_ndcg = ndcg;
      ranker.trees = tree + 1;
    }
    progress.advance(1, fmt::format("ndcg@10 {:.4f}", ndcg));
    if (tree + 1 - ranker.trees >= options.patience) break;
  }
}

void check(const LambdaMartOptions& options) {
  if (options.folds < 2 || options.patience < 1 || options.skip_slates < 0 || options.seed < 0) {
    base::fail_usage(
        "lambdamart",
        "expected folds of at least 2, patience of at least 1, skip_slates and seed of at least 0 (found: "
        "{}, {}, {}, {})",
        options.folds, options.patience, options.skip_slates, options.seed);
  }
}

}  // namespace

void LambdaMartOptions::describe(base::ConfigFields& fields) {
  trees.describe(fields);
  fields.add("folds", folds, "parts of the validation users by which the number of trees is chosen")
      .between(2, 100);
  fields.add("patience", patience, "trees without a better measure before it ends").at_least(1);
  fields.add("skip_slates", skip_slates, "validation slates at the start not to learn from").at_least(0);
  fields.add("seed", seed, "seed of the features that a tree may use").at_least(0);
}

std::vector<double> log_popularity(const data::Dataset& dataset, const data::Split& split) {
  std::vector<double> popularity;
  for (const int32_t count : data::item_statistics(dataset, split).count)
    popularity.push_back(std::log1p(static_cast<double>(count)));
  return popularity;
}

LambdaMart learn_lambdamart(std::span<const metrics::PerUserResults> valid, const data::SlateSet& slates,
                            const data::Dataset& dataset, const data::Split& split,
                            const LambdaMartOptions& options) {
  check(options);
  const auto learned = slates_to_learn_from(slates, options.skip_slates, options.folds, "lambdamart");
  const auto scores = component_scores(valid, slates);
  LambdaMart ranker;
  ranker.scorers = scores.names;
  ranker.item_popularity = !slates.protocol.draws_by_popularity();
  const auto popularity = log_popularity(dataset, split);
  const FeatureMaker features(scores, slates, dataset, popularity, ranker.item_popularity);
  choose_trees(make_folds(features, scores, learned, options), options, ranker);
  GradientTrees trees(features.rows(learned), options.trees, static_cast<uint64_t>(options.seed));
  for (int64_t tree = 0; tree < ranker.trees && trees.grow(); ++tree) base::stop_if_interrupted("lambdamart");
  ranker.model = trees.to_text();
  const auto names = features.names();
  const auto gains = trees.importance(names.size());
  const double total = std::accumulate(gains.begin(), gains.end(), 1e-300);
  for (size_t f = 0; f < names.size(); ++f) ranker.importance.emplace_back(names[f], gains[f] / total);
  ranker.importance = base::stable_sorted(std::move(ranker.importance),
                                          [](const auto& a, const auto& b) { return a.second > b.second; });
  return ranker;
}

metrics::PerUserResults apply_lambdamart(const LambdaMart& ranker,
                                         std::span<const metrics::PerUserResults> results,
                                         const data::SlateSet& slates, const data::Dataset& dataset,
                                         std::span<const double> popularity, const std::string& name) {
  const auto picked = pick_results(results, ranker.scorers);
  const auto scores = component_scores(picked, slates);
  std::vector<size_t> all(scores.slates());
  std::iota(all.begin(), all.end(), size_t{0});
  const RankingRows rows =
      FeatureMaker(scores, slates, dataset, popularity, ranker.item_popularity).rows(all);
  const GradientTrees trees(ranker.model);
  return combined_results(name, trees.predict(rows.values, rows.features, 0, trees.trees()), scores, picked,
                          slates, dataset);
}

metrics::PerUserResults apply_lambdamart(const LambdaMart& ranker,
                                         std::span<const metrics::PerUserResults> results,
                                         const data::SlateSet& slates, const data::Dataset& dataset,
                                         const data::Split& split, const std::string& name) {
  return apply_lambdamart(ranker, results, slates, dataset, log_popularity(dataset, split), name);
}

}  // namespace r2rank::experiment
