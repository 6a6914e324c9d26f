// The test of docs/method.md, "Credit of the tokens": a policy whose rationales can all be enumerated, so
// that the expectation of each estimator and credit of ours can be held against the exact gradient
// (tools/golden/enumerable_policy.py has the definitions).

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <unordered_map>

#include "base/hash.h"
#include "learn/credit.h"
#include "learn/score_gradient.h"
#include "model/golden_models.h"
#include "ranking/enumeration_for_tests.h"
#include "ranking/plackett_luce.h"

namespace r2rank::learn {
namespace {

constexpr int kTokens = 3, kLength = 2, kItems = 3, kCount = 2, kEnd = 2, kRationales = 7, kCodes = 9;
constexpr std::array<std::array<int, 2>, kRationales> kSpelling = {
    {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {kEnd, -1}}};

int code_of(int rationale) {
  return rationale == kRationales - 1 ? 8 : 3 * kSpelling[rationale][0] + kSpelling[rationale][1];
}

using PerRationale = std::array<std::array<double, kRationales>, kItems>;
using Targets = std::vector<std::pair<size_t, double>>;  // entries of phi and their shares

/// One way in which the rankings of an estimate can fall, by the number of a stream from which they do.
struct Draw {
  uint64_t stream = 0;
  double probability = 0;
};

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
  template <class Visit>
  void each_score_vector(Objective objective, const Visit& visit) const;
  Sampled sampled_gradient(Objective objective, RankingBaseline baseline, double batch_baseline, int repeats);
  void add_score_vector(Sampled& total, const std::vector<double>& scores, double probability,
                        const Targets& targets, const EstimatorOptions& options, double batch_baseline,
                        int repeats);
  void expect_unbiased(RankingBaseline baseline);

  std::vector<double> expected_estimate(const EstimatorOptions& options, const Utility& utility,
                                        const std::vector<double>& scores,
                                        const std::vector<double>& old_scores, double batch_baseline,
                                        const std::vector<Draw>& draws) const;
  std::vector<double> enumerated_gradient(const std::vector<double>& scores, const Utility& utility) const;

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

EstimatorOptions sampled_rankings(int count, RankingBaseline baseline) {
  EstimatorOptions options;
  options.estimator = Estimator::kReinforcePl;
  options.baseline = baseline;
  options.rankings = count;
  return options;
}

void EnumerablePolicy::add_score_vector(Sampled& total, const std::vector<double>& scores, double probability,
                                        const Targets& targets, const EstimatorOptions& options,
                                        double batch_baseline, int repeats) {
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

/// Visits (scores [K], probability, targets) for every vector of scores that rankings are drawn from.
/// Targets: which entries of phi the scores stand in. J_1 is linear in each sample, so one rationale an item
/// is enough; J_G needs pairs, in any order.
template <class Visit>
void EnumerablePolicy::each_score_vector(Objective objective, const Visit& visit) const {
  const auto entry = [](int item, int z) { return static_cast<size_t>(item * kCodes + code_of(z)); };
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
    Targets targets;
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
    visit(scores, probability, targets);
  }
}

EnumerablePolicy::Sampled EnumerablePolicy::sampled_gradient(Objective objective, RankingBaseline baseline,
                                                             double batch_baseline, int repeats) {
  const auto options = sampled_rankings(2, baseline);
  Sampled total;
  each_score_vector(objective,
                    [&](const std::vector<double>& scores, double probability, const Targets& targets) {
                      add_score_vector(total, scores, probability, targets, options, batch_baseline, repeats);
                    });
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

// The same without sampling: every outcome of the rankings with its probability.

base::RandomStream stream(uint64_t number) {
  return {6, base::Purpose::kPermutation, number};
}

/// All 6^count outcomes of `count` rankings of Plackett-Luce(scores, tau). An estimate depends on its stream
/// through the rankings alone, so for each outcome one stream that leads to it is as good as any.
std::vector<Draw> all_draws(const std::vector<double>& scores, double tau, int count) {
  std::map<std::vector<int>, double> probability;  // of one ranking
  ranking::for_each_ranking(scores, tau, [&](const auto& order, double p) { probability[order] = p; });
  const auto outcomes = static_cast<size_t>(std::lround(std::pow(probability.size(), count)));
  std::map<std::vector<std::vector<int>>, Draw> draws;
  for (uint64_t number = 0; draws.size() < outcomes && number < 1000000; ++number) {
    base::RandomStream random = stream(number);
    std::vector<std::vector<int>> orders;
    double chance = 1;
    for (int n = 0; n < count; ++n) {
      orders.push_back(ranking::sample_permutation(scores, tau, random));
      chance *= probability.at(orders.back());
    }
    draws.try_emplace(orders, Draw{number, chance});
  }
  EXPECT_EQ(draws.size(), outcomes);
  std::vector<Draw> all;
  for (const auto& [orders, draw] : draws) all.push_back(draw);
  return all;
}

/// Mean of the estimator over all outcomes of its rankings.
std::vector<double> EnumerablePolicy::expected_estimate(
    const EstimatorOptions& options, const Utility& utility, const std::vector<double>& scores,
    const std::vector<double>& old_scores, double batch_baseline, const std::vector<Draw>& draws) const {
  std::vector<double> mean(kItems);
  for (const Draw& draw : draws) {
    const auto found =
        score_gradient(options, utility, scores, relevance_, old_scores, batch_baseline, stream(draw.stream));
    EXPECT_EQ(found.clipped_share, 0);
    for (int i = 0; i < kItems; ++i) mean[i] += draw.probability * found.gradient[i];
  }
  return mean;
}

/// Slopes of E[NDCG@k] by its definition: each ranking's NDCG times its probability.
std::vector<double> EnumerablePolicy::enumerated_gradient(const std::vector<double>& scores,
                                                          const Utility& utility) const {
  std::vector<float> best = relevance_;
  std::sort(best.begin(), best.end(), std::greater<>());
  const auto gain = [](float label, int place) { return (std::exp2(label) - 1) / std::log2(place + 2.0); };
  return ranking::finite_differences(scores, 1e-4, [&](const std::vector<double>& moved) {
    double sum = 0;
    ranking::for_each_ranking(moved, utility.tau, [&](const std::vector<int>& order, double probability) {
      double found = 0, ideal = 0;
      for (int r = 0; r < utility.k; ++r) {
        found += gain(relevance_[order[r]], r);
        ideal += gain(best[r], r);
      }
      sum += probability * found / ideal;
    });
    return sum;
  });
}

/// So high a temperature that each of the 36 pairs of rankings has a probability above 1e-3, whatever the
/// rationales: a stream for it is soon found.
constexpr double kGentle = 2.8;

TEST_F(EnumerablePolicy, LeaveOneOutOverAllPairsOfRankingsGivesTheExactGradient) {
  const auto options = sampled_rankings(2, RankingBaseline::kLeaveOneOut);
  each_score_vector(Objective::kJ1, [&](const std::vector<double>& scores, double, const Targets&) {
    const auto draws = all_draws(scores, kGentle, 2);
    double whole = 0;
    for (const Draw& draw : draws) whole += draw.probability;
    EXPECT_NEAR(whole, 1, 1e-12);
    for (const int k : {1, 2}) {
      const Utility utility{ListObjective::kNdcg, k, kGentle};
      const auto found = expected_estimate(options, utility, scores, {}, 0, draws);
      const auto exact = enumerated_gradient(scores, utility);
      for (int i = 0; i < kItems; ++i) EXPECT_NEAR(found[i], exact[i], 1e-6) << "k " << k << " item " << i;
    }
  });
}

/// Two slates of one step, each with one rationale an item and one ranking: over all rationales of both and
/// all rankings of the first, whose baseline is the utility of the other.
TEST_F(EnumerablePolicy, TheOtherOfTwoSlatesAsBaselineGivesTheExactGradient) {
  const auto options = sampled_rankings(1, RankingBaseline::kBatchMean);
  const Utility utility{ListObjective::kNdcg, 2, kGentle};
  std::vector<std::pair<double, double>> others;  // reward, probability
  each_score_vector(Objective::kJ1,
                    [&](const std::vector<double>& scores, double probability, const Targets&) {
                      others.emplace_back(utility(scores, relevance_), probability);
                    });
  each_score_vector(Objective::kJ1, [&](const std::vector<double>& scores, double, const Targets&) {
    const auto draws = all_draws(scores, kGentle, 1);
    std::vector<double> found(kItems);
    for (const auto& [reward, probability] : others) {
      const auto estimate = expected_estimate(options, utility, scores, {}, reward, draws);
      for (int i = 0; i < kItems; ++i) found[i] += probability * estimate[i];
    }
    const auto exact = enumerated_gradient(scores, utility);
    for (int i = 0; i < kItems; ++i) EXPECT_NEAR(found[i], exact[i], 1e-6) << "item " << i;
  });
}

/// A later epoch, without the clip, of a rollout whose scores were all equal: its 36 pairs are equally
/// likely, and the ratio of the rankings' probabilities makes up for what the scores have become since.
TEST_F(EnumerablePolicy, ReweighedRankingsOfOlderScoresGiveTheExactGradient) {
  const std::vector<double> old_scores(kItems, 0.0);
  const auto draws = all_draws(old_scores, utility_.tau, 2);
  for (const Objective objective : kObjectives)
    for (const auto baseline : {RankingBaseline::kLeaveOneOut, RankingBaseline::kBatchMean}) {
      const std::string name = golden_name(objective);
      const double value = file_.get("value." + name).item<double>();
      auto options = sampled_rankings(2, baseline);
      options.clip = 1e9;
      std::vector<double> gradient(phi_.size());
      each_score_vector(
          objective, [&](const std::vector<double>& scores, double probability, const Targets& targets) {
            const auto estimate = expected_estimate(options, utility_, scores, old_scores, value, draws);
            for (const auto& [entry, share] : targets)
              gradient[entry] += probability * share * estimate[entry / kCodes];
          });
      EXPECT_LT(largest_gap(gradient, "exact." + name + ".phi"), 1e-6) << name;
    }
}

}  // namespace
}  // namespace r2rank::learn
