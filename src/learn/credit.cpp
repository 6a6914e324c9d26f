#include "learn/credit.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace r2rank::learn {
namespace {

using Table = std::vector<std::vector<double>>;  // [K][G]

constexpr double kGrpoEpsilon = 1e-6;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double mean_without(const std::vector<double>& values, int64_t left_out) {
  return (sum(values) - values[left_out]) / static_cast<double>(values.size() - 1);
}

/// U with item i at `value` and every other item at its mean.
double with_item_at(const std::vector<double>& means, int64_t item, double value,
                    const SlateUtility& utility) {
  std::vector<double> changed = means;
  changed[item] = value;
  return utility(changed);
}

std::vector<double> joint_rewards(const SlateScores& scores, const SlateUtility& utility) {
  std::vector<double> rewards;
  for (int64_t g = 0; g < scores.rationales(); ++g) rewards.push_back(utility(scores.sample(g)));
  return rewards;
}

std::vector<double> z_scores(const std::vector<double>& rewards) {
  const double mean = sum(rewards) / static_cast<double>(rewards.size());
  double squares = 0;
  for (const double reward : rewards) squares += (reward - mean) * (reward - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(rewards.size() - 1));
  std::vector<double> z;
  for (const double reward : rewards) z.push_back((reward - mean) / (deviation + kGrpoEpsilon));
  return z;
}

std::vector<double> against_others(const std::vector<double>& values) {
  std::vector<double> differences;
  for (size_t g = 0; g < values.size(); ++g)
    differences.push_back(values[g] - mean_without(values, static_cast<int64_t>(g)));
  return differences;
}

Table same_for_all_items(const std::vector<double>& advantages, int64_t items, double weight) {
  std::vector<double> row = advantages;
  for (double& value : row) value *= weight;
  return Table(items, row);
}

Table contribution(const SlateScores& scores, const SlateUtility& utility) {
  const auto means = scores.means();
  const double whole = utility(means);
  Table credit(scores.items());
  for (int64_t i = 0; i < scores.items(); ++i)
    for (int64_t g = 0; g < scores.rationales(); ++g)
      credit[i].push_back(whole - with_item_at(means, i, mean_without(scores.reasoned[i], g), utility));
  return credit;
}

/// [K][G] U with item i's rationale g, the others at their means.
Table alone(const SlateScores& scores, const SlateUtility& utility) {
  const auto means = scores.means();
  Table values(scores.items());
  for (int64_t i = 0; i < scores.items(); ++i)
    for (const double score : scores.reasoned[i]) values[i].push_back(with_item_at(means, i, score, utility));
  return values;
}

Table scaled(Table table, double factor) {
  for (auto& row : table)
    for (double& value : row) value *= factor;
  return table;
}

Table marginal(const SlateScores& scores, const SlateUtility& utility) {
  Table credit = alone(scores, utility);
  for (auto& row : credit) row = against_others(row);
  return scaled(std::move(credit), 1.0 / static_cast<double>(scores.rationales()));
}

Table versus_silent(const SlateScores& scores, const SlateUtility& utility) {
  const auto means = scores.means();
  Table credit = alone(scores, utility);
  for (int64_t i = 0; i < scores.items(); ++i) {
    const double silent = with_item_at(means, i, scores.silent[i], utility);
    for (double& value : credit[i]) value -= silent;
  }
  return scaled(std::move(credit), 1.0 / static_cast<double>(scores.rationales()));
}

}  // namespace

Objective objective_of(const std::string& name) {
  if (name == "j1") return Objective::kJ1;
  if (name == "jg") return Objective::kJG;
  base::fail_usage(
      "train", "unknown objective '{}': choose j1 (one rationale is deployed) or jg (the mean of G)", name);
}

std::vector<std::string> credit_names() {
  return {"none", "shared", "grpo", "rloo", "contribution", "marginal", "versus-silent"};
}

Credit credit_of(const std::string& name) {
  const auto names = credit_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    base::fail_usage("train", "unknown credit '{}': choose one of {}", name, fmt::join(names, ", "));
  return static_cast<Credit>(found - names.begin());
}

std::vector<double> SlateScores::means() const {
  std::vector<double> values;
  for (const auto& row : reasoned) values.push_back(sum(row) / static_cast<double>(row.size()));
  return values;
}

std::vector<double> SlateScores::sample(int64_t g) const {
  std::vector<double> values;
  for (const auto& row : reasoned) values.push_back(row[g]);
  return values;
}

std::vector<double> slate_rewards(Objective objective, const SlateScores& scores,
                                  const SlateUtility& utility) {
  if (objective == Objective::kJ1) return joint_rewards(scores, utility);
  return std::vector<double>(scores.rationales(), utility(scores.means()));
}

Table token_credit(Credit credit, Objective objective, const SlateScores& scores, const SlateUtility& utility,
                   double baseline) {
  const double share = 1.0 / static_cast<double>(scores.rationales());
  switch (credit) {
    case Credit::kNone:
      return Table(scores.items(), std::vector<double>(scores.rationales(), 0.0));
    case Credit::kShared: {
      auto rewards = slate_rewards(objective, scores, utility);
      for (double& reward : rewards) reward -= baseline;
      return same_for_all_items(rewards, scores.items(), objective == Objective::kJG ? 1.0 : share);
    }
    case Credit::kGrpo:
      return same_for_all_items(z_scores(joint_rewards(scores, utility)), scores.items(), share);
    case Credit::kRloo:
      return same_for_all_items(against_others(joint_rewards(scores, utility)), scores.items(), share);
    case Credit::kContribution:
      return contribution(scores, utility);
    case Credit::kMarginal:
      return marginal(scores, utility);
    case Credit::kVersusSilent:
      return versus_silent(scores, utility);
  }
  R2RANK_CHECK(false);
}

}  // namespace r2rank::learn
