#include "ranking/expected_ndcg.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "metrics/tied_blocks.h"
#include "ranking/quadrature.h"

namespace r2rank::ranking {
namespace {

// Beyond this ratio of rates an item is ahead at every node anyway, and exp() is still finite.
constexpr double kLargestLogRate = 600;

/// The race of one relevant item against the n = K - 1 others, for kNodesAtOnce arrival times at once: item j
/// is ahead with probability q_j = 1 - exp(-t_j), t_j = its rate relative to the relevant one's * the arrival
/// time.
///   tail_[i][c]: expected discount given c items ahead among the first i; so tail_[n][c] = d(c + 1), and
///   tail_[0][0] is the value. ahead_[c]: probability of c ahead among the first i, moving along in the
///   gradient pass. Items ahead beyond depth m contribute nothing and are not tracked.
class Race {
 public:
  Race(size_t items, int k, double tau)
      : depth_(std::min(items, static_cast<size_t>(k))),
        tau_(tau),
        rates_(items - 1),
        behind_(items - 1),
        times_(items - 1),
        tail_(items * (depth_ + 1)),
        ahead_(depth_ + 1),
        discounts_(depth_) {
    for (size_t c = 0; c < depth_; ++c) discounts_[c] = metrics::discount_at(static_cast<int>(c) + 1, k);
  }

  /// Expected discount of item p's place; adds scale * its gradient to `gradient` unless that is empty.
  double run(std::span<const double> scores, size_t p, double scale, std::span<double> gradient) {
    set_rates(scores, p);
    const Quadrature& quadrature = quadrature_for(scores.size());
    double value = 0;
    for (size_t block = 0; block < quadrature.weight.size(); ++block) {
      set_times(quadrature.arrival[block]);
      fill_tails();
      for (size_t l = 0; l < kNodesAtOnce; ++l) value += quadrature.weight[block].v[l] * tail(0, 0).v[l];
      if (!gradient.empty()) add_gradient(quadrature.weight[block], p, scale / tau_, gradient);
    }
    return value;
  }

 private:
  Lanes& tail(size_t i, size_t c) { return tail_[i * (depth_ + 1) + c]; }

  void set_rates(std::span<const double> scores, size_t p) {
    for (size_t i = 0; i < rates_.size(); ++i) {
      const size_t j = i + (i >= p);
      rates_[i] = std::exp(std::min((scores[j] - scores[p]) / tau_, kLargestLogRate));
    }
  }

  void set_times(const Lanes& arrival) {
    for (size_t i = 0; i < rates_.size(); ++i)
      for (size_t l = 0; l < kNodesAtOnce; ++l) {
        times_[i].v[l] = rates_[i] * arrival.v[l];
        behind_[i].v[l] = std::exp(-times_[i].v[l]);
      }
  }

  /// tail_[i][c] = behind * tail_[i + 1][c] + (1 - behind) * tail_[i + 1][c + 1]; sums of positive terms
  /// only.
  void fill_tails() {
    const size_t n = rates_.size();
    for (size_t c = 0; c < depth_; ++c) tail(n, c).v.fill(discounts_[c]);
    tail(n, depth_).v.fill(0);
    for (size_t i = n; i-- > 0;) {
      for (size_t c = 0; c < std::min(depth_, i + 1); ++c)
        for (size_t l = 0; l < kNodesAtOnce; ++l) {
          const double v = behind_[i].v[l];
          tail(i, c).v[l] = v * tail(i + 1, c).v[l] + (1 - v) * tail(i + 1, c + 1).v[l];
        }
      tail(i, depth_).v.fill(0);
    }
  }

  /// d value / d q_i = sum_c P(c ahead among the first i) (tail_[i + 1][c + 1] - tail_[i + 1][c]); d q_i / d
  /// s_i = t e^-t / tau.
  void add_gradient(const Lanes& weight, size_t p, double scale, std::span<double> gradient) {
    for (auto& lanes : ahead_) lanes.v.fill(0);
    ahead_[0].v.fill(1);
    double own = 0;
    for (size_t i = 0; i < rates_.size(); ++i) {
      const double slope = scale * slope_of(i, weight);
      gradient[i + (i >= p)] += slope;
      own -= slope;
      advance(i);
    }
    gradient[p] += own;
  }

  double slope_of(size_t i, const Lanes& weight) {
    Lanes sum;
    for (size_t c = 0; c < std::min(depth_, i + 1); ++c)
      for (size_t l = 0; l < kNodesAtOnce; ++l)
        sum.v[l] += ahead_[c].v[l] * (tail(i + 1, c + 1).v[l] - tail(i + 1, c).v[l]);
    double slope = 0;
    for (size_t l = 0; l < kNodesAtOnce; ++l)
      slope += weight.v[l] * sum.v[l] * times_[i].v[l] * behind_[i].v[l];
    return slope;
  }

  void advance(size_t i) {
    for (size_t c = std::min(depth_ - 1, i + 1) + 1; c-- > 0;)
      for (size_t l = 0; l < kNodesAtOnce; ++l) {
        const double v = behind_[i].v[l];
        ahead_[c].v[l] = v * ahead_[c].v[l] + (c > 0 ? (1 - v) * ahead_[c - 1].v[l] : 0);
      }
  }

  size_t depth_;
  double tau_;
  std::vector<double> rates_;          // [K - 1]
  std::vector<Lanes> behind_, times_;  // [K - 1]
  std::vector<Lanes> tail_;            // [K, depth + 1]
  std::vector<Lanes> ahead_;           // [depth + 1]
  std::vector<double> discounts_;      // [depth]
};

double expected_over_positives(std::span<const double> scores, std::span<const float> relevance, int k,
                               double tau, std::span<double> gradient) {
  R2RANK_CHECK(scores.size() == relevance.size() && k >= 1 && tau > 0);
  const double ideal = metrics::ideal_dcg(relevance, k);
  R2RANK_CHECK(ideal > 0);
  Race race(scores.size(), k, tau);
  double total = 0;
  for (size_t p = 0; p < scores.size(); ++p) {
    if (!(relevance[p] > 0)) continue;
    const double share = metrics::gain_of(relevance[p]) / ideal;
    total += share * race.run(scores, p, share, gradient);
  }
  return total;
}

}  // namespace

double expected_ndcg(std::span<const double> scores, std::span<const float> relevance, int k, double tau) {
  return expected_over_positives(scores, relevance, k, tau, {});
}

double expected_ndcg(std::span<const double> scores, std::span<const float> relevance, int k, double tau,
                     std::span<double> gradient) {
  R2RANK_CHECK(gradient.size() == scores.size());
  std::fill(gradient.begin(), gradient.end(), 0.0);
  return expected_over_positives(scores, relevance, k, tau, gradient);
}

double ranking_ndcg(std::span<const int> permutation, std::span<const float> relevance, int k) {
  R2RANK_CHECK(permutation.size() == relevance.size() && k >= 1);
  double dcg = 0;
  const size_t depth = std::min(permutation.size(), static_cast<size_t>(k));
  for (size_t i = 0; i < depth; ++i)
    dcg += metrics::gain_of(relevance[static_cast<size_t>(permutation[i])]) *
           metrics::discount_at(static_cast<int>(i) + 1, k);
  const double ideal = metrics::ideal_dcg(relevance, k);
  R2RANK_CHECK(ideal > 0);
  return dcg / ideal;
}

}  // namespace r2rank::ranking
