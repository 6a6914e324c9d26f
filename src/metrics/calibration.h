#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace r2rank::metrics {

/// Predictions whose probability lies in one bin.
struct ReliabilityBin {
  int64_t count = 0;
  double probability = 0;  ///< their mean
  double hit_rate = 0;     ///< the mean of what happened
};

/// A reliability diagram in `bins` bins of equal width over [0, 1] (the upper end belongs to the bin, as 1
/// does to the last; 0 to the first).
class Reliability {
 public:
  explicit Reliability(int bins = 10) : sums_(static_cast<size_t>(bins)) {}
  /// `outcome`: 1 or 0, or the expectation of it. REQUIRES both in [0, 1].
  void add(double probability, double outcome);
  std::vector<ReliabilityBin> bins() const;
  /// Expected calibration error (Naeini et al. 2015): mean over predictions of |probability - hit rate| of
  /// their bin; 0 without predictions.
  double error() const;

 private:
  std::vector<ReliabilityBin> sums_;  // sums in place of means
};

/// exp(score / temperature), normalised: the probability that the candidate is the one chosen. NaN gets 0,
/// like minus infinity; several plus infinities share everything; scores that are all lowest share equally.
/// REQUIRES temperature > 0.
std::vector<double> slate_probabilities(std::span<const double> scores, double temperature);

/// What the slate's candidates are worth as outcomes: 1 / relevant items for each of them, 0 for the others.
std::vector<double> slate_outcomes(std::span<const float> relevance);

/// - sum of outcome x log probability, probabilities held above 1e-12.
double log_loss(std::span<const double> probabilities, std::span<const double> outcomes);

/// Scores of a slate and which of them were relevant.
struct ScoredSlate {
  std::span<const double> scores;
  std::span<const float> relevance;
};

/// The temperature that minimises the mean log loss of the slates (Guo et al. 2017), between a thousandth and
/// a thousand times the scores' standard deviation; 1 where all scores are equal or there are no slates.
double fitted_temperature(std::span<const ScoredSlate> slates);

}  // namespace r2rank::metrics
