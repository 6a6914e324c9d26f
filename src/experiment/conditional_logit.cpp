#include "experiment/conditional_logit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "metrics/ranking_metrics.h"
#include "metrics/tied_blocks.h"

namespace r2rank::experiment {
namespace {

constexpr int kNewtonSteps = 50;
constexpr double kNoSlope = 1e-6, kNoWeight = 1e-9;  // what rounding leaves of 0

/// Solves a x = b in place for a symmetric positive definite a [n, n], by Cholesky.
std::vector<double> solve(std::vector<double> a, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k < j; ++k) a[j * n + j] -= a[j * n + k] * a[j * n + k];
    R2RANK_CHECK(a[j * n + j] > 0);
    a[j * n + j] = std::sqrt(a[j * n + j]);
    for (size_t i = j + 1; i < n; ++i) {
      for (size_t k = 0; k < j; ++k) a[i * n + j] -= a[i * n + k] * a[j * n + k];
      a[i * n + j] /= a[j * n + j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return b;
}

/// The one left out (of weight 0) whose weight the loss falls with most; as many as there are for none.
size_t most_helpful(const std::vector<double>& weights, const std::vector<double>& gradient) {
  size_t best = weights.size();
  for (size_t s = 0; s < weights.size(); ++s)
    if (weights[s] == 0 && gradient[s] < -kNoSlope &&
        (best == weights.size() || gradient[s] < gradient[best]))
      best = s;
  return best;
}

/// How far of the way to `target` no weight gets negative.
double longest_step(const std::vector<size_t>& inside, const std::vector<double>& weights,
                    const std::vector<double>& target) {
  double step = 1;
  for (size_t a = 0; a < inside.size(); ++a) {
    const double weight = weights[inside[a]];
    if (target[a] <= 0) step = std::min(step, weight / std::max(weight - target[a], 1e-300));
  }
  return step;
}

}  // namespace

ConditionalLogit::ConditionalLogit(const ComponentScores& scores, const data::SlateSet& set,
                                   std::vector<size_t> slates, double ridge)
    : scores_(scores),
      set_(set),
      slates_(std::move(slates)),
      counts_(user_weights(scores, slates_)),
      users_(std::accumulate(counts_.begin(), counts_.end(), 0.0)),
      ridge_(ridge),
      all_(scores.names.size()) {
  std::iota(all_.begin(), all_.end(), size_t{0});
}

/// An active-set method (as Lawson & Hanson 1974 do it for least squares): the scorer that would lower the
/// loss most comes in, those that a step would make negative go out and may come back, until none outside
/// would help (Karush, Kuhn, Tucker).
std::vector<double> ConditionalLogit::weights() const {
  std::vector<double> weights(scores_.names.size(), 0.0);
  while (true) {
    const size_t next = most_helpful(weights, derivatives(all_, weights).gradient);
    if (next == weights.size() || !take_in(next, weights)) return weights;
  }
}

/// Where all say nothing (or the contrary), the least harmful still is the whole blend.
std::vector<double> ConditionalLogit::shares() const {
  std::vector<double> shares = weights();
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (sum > 0) {
    for (double& share : shares) share /= sum;
    return shares;
  }
  const auto gradient = derivatives(all_, shares).gradient;  // [S]
  shares[std::min_element(gradient.begin(), gradient.end()) - gradient.begin()] = 1;
  return shares;
}

/// Moves to the best weights of those inside and `next`, as far as none gets negative; then without those
/// that got to 0, and so on: the loss falls with each step. False where rounding lets none be taken.
bool ConditionalLogit::take_in(size_t next, std::vector<double>& weights) const {
  std::vector<size_t> inside;
  for (const size_t s : all_)
    if (weights[s] > 0 || s == next) inside.push_back(s);
  double moved = 0;
  for (double step = 0; step < 1 && !inside.empty(); moved += step) {
    const auto target = newton(inside, weights);
    step = longest_step(inside, weights, target);
    for (size_t a = 0; a < inside.size(); ++a) {
      double& weight = weights[inside[a]];
      weight = std::max(0.0, weight + step * (target[a] - weight));
      if (target[a] <= 0 && weight < kNoWeight) weight = 0;
    }
    std::erase_if(inside, [&](size_t s) { return weights[s] == 0; });
  }
  return moved > 0;
}

/// Newton's method with halved steps where a whole one would not lower the convex loss.
std::vector<double> ConditionalLogit::newton(const std::vector<size_t>& active,
                                             const std::vector<double>& start) const {
  std::vector<double> weights;  // [A]
  for (const size_t s : active) weights.push_back(start[s]);
  Derivatives now = derivatives(active, weights);
  for (int step = 0; step < kNewtonSteps; ++step) {
    const auto direction = solve(now.hessian, now.gradient);
    double size = 1, decrease = 0;
    for (size_t a = 0; a < active.size(); ++a) decrease += direction[a] * now.gradient[a];
    if (decrease < 1e-12) break;
    for (int halving = 0; halving < 40; ++halving, size /= 2) {
      auto tried = weights;
      for (size_t a = 0; a < active.size(); ++a) tried[a] -= size * direction[a];
      Derivatives next = derivatives(active, tried);
      if (!(next.loss < now.loss)) continue;
      weights = std::move(tried);
      now = std::move(next);
      break;
    }
  }
  return weights;
}

ConditionalLogit::Derivatives ConditionalLogit::derivatives(const std::vector<size_t>& active,
                                                            const std::vector<double>& weights) const {
  const size_t count = active.size();
  Derivatives sum{
      .loss = 0, .gradient = std::vector<double>(count), .hessian = std::vector<double>(count * count)};
  for (size_t i = 0; i < slates_.size(); ++i) add_slate(slates_[i], counts_[i], active, weights, sum);
  const double share = 1 / users_;
  for (auto* list : {&sum.gradient, &sum.hessian}) {
    for (double& value : *list) value *= share;
  }
  sum.loss *= share;
  for (size_t a = 0; a < count; ++a) {
    sum.loss += ridge_ / 2 * weights[a] * weights[a];
    sum.gradient[a] += ridge_ * weights[a];
    sum.hessian[a * count + a] += ridge_;
  }
  return sum;
}

void ConditionalLogit::add_slate(size_t slate, double counted, const std::vector<size_t>& active,
                                 const std::vector<double>& weights, Derivatives& sum) const {
  const size_t count = active.size(), size = scores_.size(slate);
  const auto& relevance = set_.slates[slate].relevance;
  std::vector<double> chance(size), mean(count);
  double gains = 0, highest = -INFINITY, total = 0;
  for (size_t k = 0; k < size; ++k) {
    const auto z = scores_.row(scores_.first[slate] + k);
    for (size_t a = 0; a < count; ++a) chance[k] += weights[a] * z[active[a]];
    highest = std::max(highest, chance[k]);
    gains += metrics::gain_of(relevance[k]);
  }
  for (double& value : chance) total += value = std::exp(value - highest);
  for (double& value : chance) value /= total;
  for (size_t k = 0; k < size; ++k) {
    const auto z = scores_.row(scores_.first[slate] + k);
    const double target = metrics::gain_of(relevance[k]) / gains;
    if (target > 0) sum.loss -= counted * target * std::log(std::max(chance[k], 1e-300));
    for (size_t a = 0; a < count; ++a) {
      const double value = z[active[a]];
      mean[a] += chance[k] * value;
      sum.gradient[a] += counted * (chance[k] - target) * value;
      for (size_t b = 0; b < count; ++b)
        sum.hessian[a * count + b] += counted * chance[k] * value * z[active[b]];
    }
  }
  for (size_t a = 0; a < count; ++a) {
    for (size_t b = 0; b < count; ++b) sum.hessian[a * count + b] -= counted * mean[a] * mean[b];
  }
}

}  // namespace r2rank::experiment
