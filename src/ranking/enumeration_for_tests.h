#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace r2rank::ranking {

/// Calls visit(permutation, probability) for all K! rankings of Plackett-Luce(s, tau), each probability by
/// the definition: a product of softmax terms. The plain twin that the tests of this layer compare with.
template <class Visit>
void for_each_ranking(std::span<const double> scores, double tau, const Visit& visit) {
  std::vector<int> permutation(scores.size());
  std::iota(permutation.begin(), permutation.end(), 0);
  do {
    double probability = 1;
    for (size_t r = 0; r < permutation.size(); ++r) {
      double odds = 0;  // of the others, relative to the item placed here
      for (size_t l = r; l < permutation.size(); ++l)
        odds += std::exp((scores[permutation[l]] - scores[permutation[r]]) / tau);
      probability /= odds;
    }
    visit(permutation, probability);
  } while (std::next_permutation(permutation.begin(), permutation.end()));
}

/// Central finite difference of f at each coordinate of x.
template <class Function>
std::vector<double> finite_differences(std::vector<double> x, double step, const Function& f) {
  std::vector<double> slopes(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double centre = x[i];
    x[i] = centre + step;
    const double above = f(x);
    x[i] = centre - step;
    slopes[i] = (above - f(x)) / (2 * step);
    x[i] = centre;
  }
  return slopes;
}

}  // namespace r2rank::ranking
