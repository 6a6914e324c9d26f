#include "learn/list_objective.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "ranking/expected_ndcg.h"
#include "ranking/list_losses.h"

namespace r2rank::learn {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A model that has diverged gives NaN: it must reach the gradient norm, where the step is skipped, and no
/// sorting by score.
bool all_finite(std::span<const double> scores) {
  return std::all_of(scores.begin(), scores.end(), [](double score) { return std::isfinite(score); });
}

double loss_of(const Utility& utility, std::span<const double> scores, std::span<const float> relevance,
               std::span<double> gradient) {
  switch (utility.objective) {
    case ListObjective::kCrossEntropy:
      return ranking::softmax_cross_entropy(scores, relevance, utility.tau, gradient);
    case ListObjective::kLambda:
      return ranking::lambda_loss(scores, relevance, utility.k, gradient);
    case ListObjective::kPairwise:
      return ranking::pairwise_logistic(scores, relevance, gradient);
    case ListObjective::kPointwise:
      return ranking::pointwise_logistic(scores, relevance, gradient);
    case ListObjective::kNdcg:
      break;
  }
  R2RANK_CHECK(false);
}

}  // namespace

std::vector<std::string> list_objective_names() {
  return {"ndcg", "cross-entropy", "lambda", "pairwise", "pointwise"};
}

ListObjective list_objective(const std::string& name) {
  const auto names = list_objective_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    base::fail_usage("train", "unknown list objective '{}': choose one of {}", name, fmt::join(names, ", "));
  return static_cast<ListObjective>(found - names.begin());
}

double Utility::operator()(std::span<const double> scores, std::span<const float> relevance) const {
  if (!all_finite(scores)) return kNan;
  if (objective == ListObjective::kNdcg) return ranking::expected_ndcg(scores, relevance, k, tau);
  std::vector<double> unused(scores.size());
  return -loss_of(*this, scores, relevance, unused);
}

double Utility::operator()(std::span<const double> scores, std::span<const float> relevance,
                           std::span<double> gradient) const {
  if (!all_finite(scores)) {
    std::fill(gradient.begin(), gradient.end(), kNan);
    return kNan;
  }
  if (objective == ListObjective::kNdcg) return ranking::expected_ndcg(scores, relevance, k, tau, gradient);
  const double loss = loss_of(*this, scores, relevance, gradient);
  for (double& value : gradient) value = -value;
  return -loss;
}

}  // namespace r2rank::learn
