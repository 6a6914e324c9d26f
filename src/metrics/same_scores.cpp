#include "metrics/same_scores.h"

#include <algorithm>
#include <cmath>

namespace r2rank::metrics {

bool same_scores(const PerUserResults& a, const PerUserResults& b) {
  const auto same_number = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  const auto same_slate = [&](const std::vector<double>& x, const std::vector<double>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_number);
  };
  return !a.scores.empty() &&
         std::equal(a.scores.begin(), a.scores.end(), b.scores.begin(), b.scores.end(), same_slate);
}

}  // namespace r2rank::metrics
