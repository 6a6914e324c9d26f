// The test of method.md section 4: a policy whose rationales can all be enumerated, so that the expectation
// of each estimator and credit of ours can be held against the exact gradient
// (tools/golden/enumerable_policy.py has the definitions).

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <unordered_map>

#include "base/hash.h"
#include "learn/credit.h"
#include "learn/score_gradient.h"
#include "model/golden_models.h"

namespace r2rank::learn {
namespace {

constexpr int kTokens = 3, kLength = 2, kItems = 3, kCount = 2, kEnd = 2, kRationales = 7, kCodes = 9;
constexpr std::array<std::array<int, 2>, kRationales> kSpelling = {
    {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {kEnd, -1}}};

int code_of(int rationale) {
  return rationale == kRationales - 1 ? 8 : 3 * kSpelling[rationale][0] + kSpelling[rationale][1];
}

using PerRationale = std::array<std::array<double, kRationales>, kItems>;

struct Key {
  std::array<double, kItems> scores;
  bool operator==(const Key& other) const = default;
};
struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t hash = 7;
    for (const double score : key.scores) hash = base::mix({hash, std::bit_cast<uint64_t>(score)});
    return hash;
  }
};

class EnumerablePolicy : public testing::Test {
 protected:
  EnumerablePolicy() {
    theta_ = doubles("theta");
    phi_ = doubles("phi");
    scores_.silent = doubles("silent");
    for (const double label : doubles("relevance")) relevance_.push_back(static_cast<float>(label));
    scores_.reasoned.assign(kItems, std::vector<double>(kCount));
    for (int i = 0; i < kItems; ++i)
      for (int z = 0; z < kRationales; ++z) {
        probability_[i][z] = std::exp(log_probability(i, z));
        score_[i][z] = phi_[i * kCodes + code_of(z)];
      }
  }

  std::vector<double> doubles(const std::string& name) const {
    const at::Tensor wide = file_.get(name).to(at::kDouble).contiguous();
    return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
  }

  static size_t row(int item, int t, int before) {
    return ((item * kLength + t) * (kTokens + 1) + before) * kTokens;
  }

  std::array<double, kTokens> softmax(size_t at) const {
    double sum = 0;
    std::array<double, kTokens> p{};
    for (int v = 0; v < kTokens; ++v) sum += p[v] = std::exp(theta_[at + v]);
    for (double& value : p) value /= sum;
    return p;
  }

  /// Visits (row of theta, token) for each token of a rationale.
  template <class Visit>
  static void each_token(int item, int rationale, const Visit& visit) {
    int before = kTokens;
    for (int t = 0; t < kLength && kSpelling[rationale][t] >= 0; ++t) {
      visit(row(item, t, before), kSpelling[rationale][t]);
      before = kSpelling[rationale][t];
    }
  }

  double log_probability(int item, int rationale) const {
    double sum = 0;
    each_token(item, rationale, [&](size_t at, int token) { sum += std::log(softmax(at)[token]); });
    return sum;
  }

  /// Visits every tuple of rationales z [K][G] with its probability; scores_.reasoned holds its scores.
  template <class Visit>
  void each_tuple(const Visit& visit) {
    std::array<std::array<int, kCount>, kItems> z{};
    for (int n = 0; n < 117649; ++n) {
      double probability = 1;
      int rest = n;
      for (int i = 0; i < kItems; ++i)
        for (int g = 0; g < kCount; ++g, rest /= kRationales) {
          z[i][g] = rest % kRationales;
          probability *= probability_[i][z[i][g]];
          scores_.reasoned[i][g] = score_[i][z[i][g]];
        }
      visit(z, probability);
    }
  }

  /// sum over i and z of weight[i][z] grad log pi_i(z).
  std::vector<double> theta_gradient(const PerRationale& weight) const {
    std::vector<double> gradient(theta_.size());
    for (int i = 0; i < kItems; ++i)
      for (int z = 0; z < kRationales; ++z)
        each_token(i, z, [&](size_t at, int token) {
          const auto p = softmax(at);
          for (int v = 0; v < kTokens; ++v) gradient[at + v] += weight[i][z] * ((v == token ? 1 : 0) - p[v]);
        });
    return gradient;
  }

  std::vector<double> phi_gradient(const PerRationale& weight) const {
    std::vector<double> gradient(phi_.size());
    for (int i = 0; i < kItems; ++i)
      for (int z = 0; z < kRationales; ++z) gradient[i * kCodes + code_of(z)] += weight[i][z];
    return gradient;
  }

  /// U, remembered: the tuples need it at few different scores.
  double utility(std::span<const double> scores) {
    const Key key{{scores[0], scores[1], scores[2]}};
    const auto [found, fresh] = known_.try_emplace(key, 0.0);
    if (fresh) found->second = utility_(scores, relevance_);
    return found->second;
  }

  std::vector<double> expected_token_gradient(Credit how, Objective objective) {
    PerRationale weight{};
    each_tuple([&](const auto& z, double probability) {
      const auto credit = token_credit(
          how, objective, scores_, [this](std::span<const double> s) { return utility(s); }, 0.5);
      for (int i = 0; i < kItems; ++i)
        for (int g = 0; g < kCount; ++g) weight[i][z[i][g]] += probability * credit[i][g];
    });
    return theta_gradient(weight);
  }

  double largest_gap(const std::vector<double>& found, const std::string& name) const {
    const auto expected = doubles(name);
    EXPECT_EQ(found.size(), expected.size()) << name;
    double gap = 0;
    for (size_t i = 0; i < expected.size(); ++i) gap = std::max(gap, std::abs(found[i] - expected[i]));
    return gap;
  }

  /// Mean and variance of the mean of an estimate of phi's gradient: exact over rationales, sampled over
  /// rankings.
  struct Sampled {
    std::vector<double> mean = std::vector<double>(kItems * kCodes), variance = mean;
  };
  Sampled sampled_gradient(Objective objective, RankingBaseline baseline, double batch_baseline, int repeats);
  void add_score_vector(Sampled& total, const std::vector<double>& scores, double probability,
                        const std::vector<std::pair<size_t, double>>& targets,
                        const EstimatorOptions& options, double batch_baseline, int repeats);
  void expect_unbiased(RankingBaseline baseline);

  model::golden::File file_{"enumerable_policy.safetensors"};
  Utility utility_{ListObjective::kNdcg, 2, 0.7};
  std::vector<double> theta_, phi_;
  std::vector<float> relevance_;
  PerRationale probability_{}, score_{};
  SlateScores scores_;
  std::unordered_map<Key, double, KeyHash> known_;
  uint64_t next_stream_ = 0;
};

std::string golden_name(Objective objective) {
  return objective == Objective::kJ1 ? "J_1" : "J_G";
}

constexpr Objective kObjectives[] = {Objective::kJ1, Objective::kJG};

TEST_F(EnumerablePolicy, HasProbabilitiesThatSumToOneAndTheValuesOfBothObjectives) {
  double total = 0, j1 = 0, jg = 0;
  each_tuple([&](const auto&, double probability) {
    total += probability;
    for (int g = 0; g < kCount; ++g) j1 += probability * utility(scores_.sample(g)) / kCount;
    jg += probability * utility(scores_.means());
  });
  EXPECT_NEAR(total, 1, 1e-12);
  EXPECT_NEAR(j1, file_.get("value.J_1").item<double>(), 1e-7);
  EXPECT_NEAR(jg, file_.get("value.J_G").item<double>(), 1e-7);
}

TEST_F(EnumerablePolicy, EveryCreditHasTheExpectationThatIsDocumented) {
  for (const Objective objective : kObjectives)
    for (const auto& name : credit_names()) {
      const std::string golden = "estimate." + golden_name(objective) + ".expected." + name + ".theta";
      EXPECT_LT(largest_gap(expected_token_gradient(credit_of(name), objective), golden), 1e-6) << golden;
    }
}

TEST_F(EnumerablePolicy, TheUnbiasedCreditsGiveTheExactGradient) {
  const auto gap = [this](Objective objective, Credit how) {
    return largest_gap(expected_token_gradient(how, objective), "exact." + golden_name(objective) + ".theta");
  };
  EXPECT_LT(gap(Objective::kJ1, Credit::kShared), 1e-6);
  EXPECT_LT(gap(Objective::kJ1, Credit::kRloo), 1e-6);
  EXPECT_LT(gap(Objective::kJG, Credit::kShared), 1e-6);
  EXPECT_LT(gap(Objective::kJG, Credit::kContribution), 1e-6);
}

TEST_F(EnumerablePolicy, TheOtherCreditsAreBiasedByNoMoreThanIsDocumented) {
  const auto gap = [this](Objective objective, Credit how) {
    return largest_gap(expected_token_gradient(how, objective), "exact." + golden_name(objective) + ".theta");
  };
  EXPECT_NEAR(gap(Objective::kJ1, Credit::kMarginal), 2.5e-3, 1e-4);
  EXPECT_NEAR(gap(Objective::kJ1, Credit::kVersusSilent), 2.5e-3, 1e-4);
  EXPECT_NEAR(gap(Objective::kJG, Credit::kRloo), 4.4e-3, 1e-4);
}

TEST_F(EnumerablePolicy, TheExpectedEstimatorGivesTheExactGradientOfTheScores) {
  for (const Objective objective : kObjectives) {
    PerRationale weight{};
    each_tuple([&](const auto& z, double probability) {
      const bool mean = objective == Objective::kJG;
      for (int g = 0; g < (mean ? 1 : kCount); ++g) {
        std::vector<double> gradient(kItems);
        utility_(mean ? scores_.means() : scores_.sample(g), relevance_, gradient);
        for (int i = 0; i < kItems; ++i)
          for (int own = mean ? 0 : g; own < (mean ? kCount : g + 1); ++own)
            weight[i][z[i][own]] += probability * gradient[i] / kCount;
      }
    });
    EXPECT_LT(largest_gap(phi_gradient(weight), "exact." + golden_name(objective) + ".phi"), 1e-6);
  }
}

/// `targets`: which entry of phi each item's score stands in, and its share.
void EnumerablePolicy::add_score_vector(Sampled& total, const std::vector<double>& scores, double probability,
                                        const std::vector<std::pair<size_t, double>>& targets,
                                        const EstimatorOptions& options, double batch_baseline, int repeats) {
  std::vector<double> sum(kItems), squares(kItems);
  for (int n = 0; n < repeats; ++n) {
    const base::RandomStream random(5, base::Purpose::kPermutation, next_stream_++);
    const auto found = score_gradient(options, utility_, scores, relevance_, {}, batch_baseline, random);
    for (int i = 0; i < kItems; ++i) {
      sum[i] += found.gradient[i];
      squares[i] += found.gradient[i] * found.gradient[i];
    }
  }
  for (const auto& [entry, share] : targets) {
    const size_t item = entry / kCodes;
    const double mean = sum[item] / repeats, factor = probability * share;
    total.mean[entry] += factor * mean;
    total.variance[entry] += factor * factor * (squares[item] / repeats - mean * mean) / (repeats - 1);
  }
}

EnumerablePolicy::Sampled EnumerablePolicy::sampled_gradient(Objective objective, RankingBaseline baseline,
                                                             double batch_baseline, int repeats) {
  EstimatorOptions options;
  options.estimator = Estimator::kReinforcePl;
  options.baseline = baseline;
  options.rankings = 2;
  Sampled total;
  const auto entry = [](int item, int z) { return static_cast<size_t>(item * kCodes + code_of(z)); };
  // J_1 is linear in each sample, so one rationale an item is enough; J_G needs pairs, in any order.
  const bool mean = objective == Objective::kJG;
  std::vector<std::pair<int, int>> pairs;
  for (int a = 0; a < kRationales; ++a)
    for (int b = mean ? a : 0; b < (mean ? kRationales : 1); ++b) pairs.emplace_back(a, mean ? b : a);
  const auto chance = [&](int i, std::pair<int, int> z) {
    if (!mean) return probability_[i][z.first];
    return probability_[i][z.first] * probability_[i][z.second] * (z.first == z.second ? 1 : 2);
  };
  const size_t choices = pairs.size();
  for (size_t n = 0; n < choices * choices * choices; ++n) {
    const std::array<std::pair<int, int>, kItems> z = {pairs[n % choices], pairs[n / choices % choices],
                                                       pairs[n / choices / choices]};
    double probability = 1;
    std::vector<double> scores;
    std::vector<std::pair<size_t, double>> targets;
    for (int i = 0; i < kItems; ++i) {
      probability *= chance(i, z[i]);
      scores.push_back((score_[i][z[i].first] + score_[i][z[i].second]) / 2);
      if (z[i].first == z[i].second) {
        targets.emplace_back(entry(i, z[i].first), 1.0);
      } else {
        targets.emplace_back(entry(i, z[i].first), 0.5);
        targets.emplace_back(entry(i, z[i].second), 0.5);
      }
    }
    add_score_vector(total, scores, probability, targets, options, batch_baseline, repeats);
  }
  return total;
}

void EnumerablePolicy::expect_unbiased(RankingBaseline baseline) {
  for (const Objective objective : kObjectives) {
    const std::string name = golden_name(objective);
    const double value = file_.get("value." + name).item<double>();
    const auto found = sampled_gradient(objective, baseline, value, objective == Objective::kJ1 ? 4000 : 60);
    const auto exact = doubles("exact." + name + ".phi");
    double largest = 0;
    for (size_t i = 0; i < exact.size(); ++i) {
      const double error = std::sqrt(found.variance[i]);
      EXPECT_NEAR(found.mean[i], exact[i], 4 * error + 1e-12) << name << " phi " << i;
      largest = std::max(largest, error);
    }
    EXPECT_LT(4 * largest, 4e-3)
        << "the test must be able to see the bias of a baseline with its own reward (1.5e-2)";
  }
}

TEST_F(EnumerablePolicy, SampledRankingsWithALeaveOneOutBaselineAreUnbiased) {
  expect_unbiased(RankingBaseline::kLeaveOneOut);
}

TEST_F(EnumerablePolicy, SampledRankingsWithTheMeanOfOtherSlatesAreUnbiased) {
  expect_unbiased(RankingBaseline::kBatchMean);
}

}  // namespace
}  // namespace r2rank::learn
