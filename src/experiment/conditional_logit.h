#pragma once

#include <span>
#include <vector>

#include "experiment/component_scores.h"

namespace r2rank::experiment {

/// The conditional logit model (McFadden 1974): a candidate is the relevant one with probability softmax(sum
/// of weight * score) over its slate (graded labels share it by gain). Users count alike, whatever the number
/// of their slates. The loss is the mean negative log-likelihood and ridge / 2 times the squared weights:
/// convex, so it has one answer.
class ConditionalLogit {
 public:
  /// Of the scores of some slates of a set. The references must outlive it. REQUIRES: ridge > 0, a slate.
  ConditionalLogit(const ComponentScores& scores, const data::SlateSet& set, std::vector<size_t> slates,
                   double ridge);

  /// The best weights [S] of those that are not negative.
  std::vector<double> weights() const;
  /// The same, divided by their sum. Where all are 0 the least harmful scorer has 1.
  std::vector<double> shares() const;

 private:
  struct Derivatives {
    double loss = 0;
    std::vector<double> gradient, hessian;  // [A], [A, A]
  };

  bool take_in(size_t next, std::vector<double>& weights) const;
  std::vector<double> newton(const std::vector<size_t>& active, const std::vector<double>& start) const;
  Derivatives derivatives(const std::vector<size_t>& active, const std::vector<double>& weights) const;
  void add_slate(size_t slate, double counted, const std::vector<size_t>& active,
                 const std::vector<double>& weights, Derivatives& sum) const;

  const ComponentScores& scores_;
  const data::SlateSet& set_;
  std::vector<size_t> slates_;
  std::vector<double> counts_;  // [slates_] user_weights()
  double users_;
  double ridge_;
  std::vector<size_t> all_;
};

}  // namespace r2rank::experiment
