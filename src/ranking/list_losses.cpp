#include "ranking/list_losses.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "metrics/tied_blocks.h"

namespace r2rank::ranking {
namespace {

constexpr double kMu = 10;  // weight of the rank-distance term in NDCG-Loss2++

void check_and_clear(std::span<const double> scores, std::span<const float> relevance,
                     std::span<double> gradient) {
  R2RANK_CHECK(scores.size() == relevance.size() && scores.size() == gradient.size());
  R2RANK_CHECK(std::any_of(relevance.begin(), relevance.end(), [](float label) { return label > 0; }));
  std::fill(gradient.begin(), gradient.end(), 0.0);
}

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double sigmoid(double x) {
  const double small = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : small) / (1 + small);
}

/// weight * log(1 + exp(-(better - worse))), with its gradient added.
double add_pair(std::span<const double> scores, size_t better, size_t worse, double weight,
                std::span<double> gradient) {
  const double lead = scores[better] - scores[worse];
  const double slope = weight * sigmoid(-lead);
  gradient[better] -= slope;
  gradient[worse] += slope;
  return weight * softplus(-lead);
}

/// Rank (from 1) of each item by its score.
std::vector<int> ranks_of(std::span<const double> scores, std::span<const float> relevance) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (scores[a] != scores[b]) return scores[a] > scores[b];
    return relevance[a] != relevance[b] ? relevance[a] < relevance[b] : a < b;
  });
  std::vector<int> ranks(scores.size());
  for (size_t place = 0; place < order.size(); ++place) ranks[order[place]] = static_cast<int>(place) + 1;
  return ranks;
}

/// The factor of a pair that depends on its ranks only.
double rank_weight(int a, int b, int k) {
  if (std::min(a, b) > k) return 0;
  const double swap = std::abs(metrics::discount_at(a, k) - metrics::discount_at(b, k));
  const int distance = std::abs(a - b);
  const double apart = 1 / std::log2(1.0 + distance) - 1 / std::log2(2.0 + distance);
  return swap + kMu * apart;
}

}  // namespace

double softmax_cross_entropy(std::span<const double> scores, std::span<const float> relevance, double tau,
                             std::span<double> gradient) {
  R2RANK_CHECK(tau > 0);
  check_and_clear(scores, relevance, gradient);
  double labels = 0;
  for (const float label : relevance) labels += std::max(label, 0.0f);
  const double high = *std::max_element(scores.begin(), scores.end()) / tau;
  double total = 0;
  for (const double score : scores) total += std::exp(score / tau - high);
  const double normaliser = high + std::log(total);
  double loss = 0;
  for (size_t j = 0; j < scores.size(); ++j) {
    const double log_p = scores[j] / tau - normaliser;
    const double target = std::max(relevance[j], 0.0f) / labels;
    loss -= target * log_p;
    gradient[j] = (std::exp(log_p) - target) / tau;
  }
  return loss;
}

double lambda_loss(std::span<const double> scores, std::span<const float> relevance, int k,
                   std::span<double> gradient) {
  R2RANK_CHECK(k >= 1);
  check_and_clear(scores, relevance, gradient);
  const double ideal = metrics::ideal_dcg(relevance, k);
  const auto ranks = ranks_of(scores, relevance);
  double loss = 0;
  for (size_t i = 0; i < scores.size(); ++i)
    for (size_t j = 0; j < scores.size(); ++j) {
      if (!(relevance[i] > relevance[j])) continue;
      const double gap = (metrics::gain_of(relevance[i]) - metrics::gain_of(relevance[j])) / ideal;
      loss += add_pair(scores, i, j, gap * rank_weight(ranks[i], ranks[j], k) / std::numbers::ln2, gradient);
    }
  return loss;
}

double pairwise_logistic(std::span<const double> scores, std::span<const float> relevance,
                         std::span<double> gradient) {
  check_and_clear(scores, relevance, gradient);
  double loss = 0, pairs = 0;
  for (size_t i = 0; i < scores.size(); ++i)
    for (size_t j = 0; j < scores.size(); ++j) {
      if (!(relevance[i] > relevance[j])) continue;
      loss += add_pair(scores, i, j, 1, gradient);
      ++pairs;
    }
  if (pairs == 0) return 0;
  for (double& slope : gradient) slope /= pairs;
  return loss / pairs;
}

double pointwise_logistic(std::span<const double> scores, std::span<const float> relevance,
                          std::span<double> gradient) {
  check_and_clear(scores, relevance, gradient);
  const auto items = static_cast<double>(scores.size());
  double loss = 0;
  for (size_t j = 0; j < scores.size(); ++j) {
    const double target = relevance[j] > 0 ? 1 : 0;
    loss += softplus(target > 0 ? -scores[j] : scores[j]);
    gradient[j] = (sigmoid(scores[j]) - target) / items;
  }
  return loss / items;
}

}  // namespace r2rank::ranking
