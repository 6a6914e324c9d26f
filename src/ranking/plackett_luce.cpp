#include "ranking/plackett_luce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace r2rank::ranking {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  const double high = std::max(a, b);
  return high == kMinusInfinity ? high : high + std::log1p(std::exp(std::min(a, b) - high));
}

double log_sum(std::span<const double> scores, double tau) {
  const double high = *std::max_element(scores.begin(), scores.end()) / tau;
  double total = 0;
  for (const double score : scores) total += std::exp(score / tau - high);
  return high + std::log(total);
}

void check_ranking(std::span<const double> scores, std::span<const int> permutation, int depth, double tau) {
  R2RANK_CHECK(tau > 0 && permutation.size() == scores.size());
  R2RANK_CHECK(depth >= 0 && static_cast<size_t>(depth) <= scores.size());
}

/// Per place r, the log-normaliser over what is not yet placed there, from the back in O(K).
std::vector<double> normalisers(std::span<const double> scores, std::span<const int> permutation,
                                double tau) {
  std::vector<double> left(scores.size());
  double running = kMinusInfinity;
  for (size_t r = scores.size(); r-- > 0;) {
    running = log_add(running, scores[static_cast<size_t>(permutation[r])] / tau);
    left[r] = running;
  }
  return left;
}

double entropy_of_subset(std::span<const double> scores, double tau, unsigned remaining,
                         std::vector<double>& known) {
  if (remaining == 0) return 0;
  double& entropy = known[remaining];
  if (!std::isnan(entropy)) return entropy;
  double normaliser = kMinusInfinity;
  for (size_t j = 0; j < scores.size(); ++j)
    if (remaining >> j & 1) normaliser = log_add(normaliser, scores[j] / tau);
  double total = 0;
  for (size_t j = 0; j < scores.size(); ++j) {
    if (!(remaining >> j & 1)) continue;
    const double log_p = scores[j] / tau - normaliser;
    total += std::exp(log_p) * (entropy_of_subset(scores, tau, remaining & ~(1u << j), known) - log_p);
  }
  return entropy = total;
}

}  // namespace

std::vector<int> sample_permutation(std::span<const double> scores, double tau, base::RandomStream& random) {
  R2RANK_CHECK(tau > 0);
  std::vector<double> keys(scores.size());
  for (size_t j = 0; j < scores.size(); ++j) keys[j] = scores[j] / tau + random.gumbel();
  std::vector<int> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](int a, int b) { return keys[static_cast<size_t>(a)] > keys[static_cast<size_t>(b)]; });
  return order;
}

double log_probability(std::span<const double> scores, std::span<const int> permutation, int depth,
                       double tau) {
  check_ranking(scores, permutation, depth, tau);
  const auto left = normalisers(scores, permutation, tau);
  double total = 0;
  for (size_t r = 0; r < static_cast<size_t>(depth); ++r)
    total += scores[static_cast<size_t>(permutation[r])] / tau - left[r];
  return total;
}

void add_log_probability_gradient(std::span<const double> scores, std::span<const int> permutation, int depth,
                                  double tau, double scale, std::span<double> gradient) {
  check_ranking(scores, permutation, depth, tau);
  R2RANK_CHECK(gradient.size() == scores.size());
  const auto left = normalisers(scores, permutation, tau);
  // An item is in every normaliser up to its own place: log of the sum of exp(-left[r]) over these, running.
  double log_inverse = kMinusInfinity;
  for (size_t r = 0; r < scores.size(); ++r) {
    const bool placed = r < static_cast<size_t>(depth);
    if (placed) log_inverse = log_add(log_inverse, -left[r]);
    const auto item = static_cast<size_t>(permutation[r]);
    gradient[item] += scale / tau * ((placed ? 1.0 : 0.0) - std::exp(scores[item] / tau + log_inverse));
  }
}

double first_place_entropy(std::span<const double> scores, double tau) {
  R2RANK_CHECK(tau > 0 && !scores.empty());
  const double normaliser = log_sum(scores, tau);
  double entropy = 0;
  for (const double score : scores) {
    const double log_p = score / tau - normaliser;
    entropy -= std::exp(log_p) * log_p;
  }
  return entropy;
}

void add_first_place_entropy_gradient(std::span<const double> scores, double tau, double scale,
                                      std::span<double> gradient) {
  R2RANK_CHECK(gradient.size() == scores.size());
  const double entropy = first_place_entropy(scores, tau);
  const double normaliser = log_sum(scores, tau);
  for (size_t j = 0; j < scores.size(); ++j) {
    const double log_p = scores[j] / tau - normaliser;
    gradient[j] -= scale / tau * std::exp(log_p) * (log_p + entropy);
  }
}

double ranking_entropy_enumerated(std::span<const double> scores, double tau) {
  R2RANK_CHECK(tau > 0 && scores.size() <= 8);
  std::vector<double> known(size_t{1} << scores.size(), std::numeric_limits<double>::quiet_NaN());
  return entropy_of_subset(scores, tau, (1u << scores.size()) - 1, known);
}

double ranking_entropy_sampled(std::span<const double> scores, double tau, int n,
                               base::RandomStream& random) {
  R2RANK_CHECK(n >= 1);
  double total = 0;
  for (int i = 0; i < n; ++i) {
    const auto permutation = sample_permutation(scores, tau, random);
    total -= log_probability(scores, permutation, static_cast<int>(scores.size()), tau);
  }
  return total / n;
}

}  // namespace r2rank::ranking
