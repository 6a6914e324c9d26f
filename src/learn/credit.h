#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace r2rank::learn {

/// The deployed quantity that is trained: J_1 = E[U(one rationale per item)] or J_G = E[U(mean over G
/// rationales)].
enum class Objective { kJ1, kJG };
Objective objective_of(const std::string& name);  ///< "j1", "jg"; Errors: kUsage

/// How sampled tokens are credited (docs/method.md, "Credit of the tokens").
enum class Credit { kNone, kShared, kGrpo, kRloo, kContribution, kMarginal, kVersusSilent };
Credit credit_of(const std::string& name);  ///< Errors: kUsage
std::vector<std::string> credit_names();

/// The scores of one slate's rollout.
struct SlateScores {
  std::vector<std::vector<double>> reasoned;  ///< s [K][G]
  std::vector<double> silent;                 ///< [K]

  int64_t items() const { return static_cast<int64_t>(reasoned.size()); }
  int64_t rationales() const { return static_cast<int64_t>(reasoned.front().size()); }
  std::vector<double> means() const;            ///< s-bar [K]
  std::vector<double> sample(int64_t g) const;  ///< s^g [K]
};

/// U of one vector of scores of this slate.
using SlateUtility = std::function<double(std::span<const double> scores)>;

/// The rewards that `shared` and the batch baselines use: J_1 has one per joint sample g, J_G the same one G
/// times. [G]
std::vector<double> slate_rewards(Objective objective, const SlateScores& scores,
                                  const SlateUtility& utility);

/// Credit A_i^g of each rationale times its weight w, [K][G]: the factor of sum_t grad log pi(z_i^g).
/// `baseline` is used by `shared` alone. REQUIRES G >= 2 for grpo, rloo, contribution and marginal (the
/// configuration refuses the rest). Bias of each: docs/method.md.
std::vector<std::vector<double>> token_credit(Credit credit, Objective objective, const SlateScores& scores,
                                              const SlateUtility& utility, double baseline);

}  // namespace r2rank::learn
