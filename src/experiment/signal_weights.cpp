#include "experiment/signal_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "experiment/conditional_logit.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

constexpr double kFloorShare = 0.1, kLeastFloor = 1e-9;
constexpr int kCutoff = 10;

rollout::Standard standard_of(const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  return {spread.mean, spread.deviation > 0 ? spread.deviation : 1};
}

std::vector<size_t> all_of(const SignalScores& scores) {
  std::vector<size_t> all(scores.scores.slates());
  std::iota(all.begin(), all.end(), size_t{0});
  return all;
}

}  // namespace

void learn_signal_scales(const SignalSide& side, std::span<const data::Slate> slates,
                         rollout::SignalSet& set) {
  R2RANK_CHECK(!slates.empty());
  std::vector<double> deviations(set.signals.size(), 0.0), counts, histories;
  for (const auto& slate : slates) {
    base::stop_if_interrupted("signals");
    const SignalSide::Raw raw = side.ask(slate);
    for (size_t m = 0; m < deviations.size(); ++m)
      deviations[m] += raw.spreads[m].deviation / static_cast<double>(slates.size());
    counts.insert(counts.end(), raw.counts.begin(), raw.counts.end());
    histories.push_back(raw.history);
  }
  for (size_t m = 0; m < deviations.size(); ++m)
    set.signals[m].floor = std::max(kFloorShare * deviations[m], kLeastFloor);
  set.count = standard_of(counts);
  set.history = standard_of(histories);
}

SignalScores signal_scores(const SignalSide& side, std::span<const data::Slate> slates,
                           const data::Dataset& dataset, const rollout::SignalSet& set,
                           const std::string& label) {
  SignalScores found;
  found.scores.names = set.names();
  found.scores.first = {0};
  base::Progress bar(label, static_cast<int64_t>(slates.size()), "slates");
  for (const auto& slate : slates) {
    base::stop_if_interrupted("signals");
    for (const auto& row : standardised(side.ask(slate), set).features)
      found.scores.z.insert(found.scores.z.end(), row.begin(),
                            row.begin() + static_cast<ptrdiff_t>(set.signals.size()));
    found.scores.first.push_back(found.scores.first.back() + slate.candidates.size());
    found.scores.user_of.push_back(dataset.user_ids[slate.user]);
    found.set.slates.push_back(slate);
    bar.advance();
  }
  return found;
}

std::vector<double> learn_signal_weights(const SignalScores& scores, double ridge) {
  return ConditionalLogit(scores.scores, scores.set, all_of(scores), ridge).weights();
}

double signal_ndcg(const SignalScores& scores, const std::vector<double>& weights) {
  const auto counts = user_weights(scores.scores, all_of(scores));
  double sum = 0, users = 0;
  for (size_t slate = 0; slate < counts.size(); ++slate) {
    std::vector<double> values;
    for (size_t k = 0; k < scores.scores.size(slate); ++k) {
      const auto row = scores.scores.row(scores.scores.first[slate] + k);
      values.push_back(std::inner_product(row.begin(), row.end(), weights.begin(), 0.0));
    }
    sum += counts[slate] * metrics::ndcg(values, scores.set.slates[slate].relevance, kCutoff);
    users += counts[slate];
  }
  return users > 0 ? sum / users : 0;
}

}  // namespace r2rank::experiment
