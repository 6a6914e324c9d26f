#include "rollout/sampling.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "model/device.h"

namespace r2rank::rollout {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

at::Tensor row_of(const std::vector<float>& logits) {
  return at::tensor(logits).unsqueeze(0);
}

SampledToken draw(const std::vector<float>& logits, double u, const SamplingOptions& options = {}) {
  return sample_tokens(row_of(logits), {u}, options).front();
}

/// Probabilities of the definition: temperature, the top_k largest, of these the fewest that reach top_p,
/// renormalised.
std::vector<double> definition(const std::vector<float>& logits, const SamplingOptions& options) {
  std::vector<std::pair<double, size_t>> order;
  double total = 0;
  for (size_t v = 0; v < logits.size(); ++v) total += std::exp(logits[v] / options.temperature);
  for (size_t v = 0; v < logits.size(); ++v)
    order.emplace_back(-std::exp(logits[v] / options.temperature) / total, v);
  std::sort(order.begin(), order.end());
  std::vector<double> kept(logits.size(), 0);
  double mass = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    if (options.top_k > 0 && static_cast<int64_t>(i) >= options.top_k) break;
    if (mass >= options.top_p) break;
    kept[order[i].second] = -order[i].first;
    mass -= order[i].first;
  }
  for (auto& p : kept) p /= mass;
  return kept;
}

const std::vector<float> kLogits = {0.3F, -1.2F, 2.0F, 0.9F, -3.0F, 1.4F, 0.0F, 0.3F};

struct Case {
  double temperature, top_p;
  int64_t top_k;
};

class Sampling : public testing::TestWithParam<Case> {
 protected:
  SamplingOptions options() const {
    return {.temperature = GetParam().temperature, .top_p = GetParam().top_p, .top_k = GetParam().top_k};
  }
};

TEST_P(Sampling, FollowsTheDistribution) {
  constexpr int64_t kDraws = 20000;
  base::RandomStream random(11, base::Purpose::kToken);
  std::vector<double> uniforms(kDraws);
  for (auto& u : uniforms) u = random.uniform();
  const auto sampled = sample_tokens(row_of(kLogits).expand({kDraws, 8}).contiguous(), uniforms, options());
  const auto expected = definition(kLogits, options());
  std::vector<double> counts(8, 0);
  for (const auto& token : sampled) ++counts[token.token];
  double chi_square = 0;
  for (size_t v = 0; v < 8; ++v) {
    if (expected[v] == 0) {
      EXPECT_EQ(counts[v], 0) << v;
      continue;
    }
    chi_square += std::pow(counts[v] - kDraws * expected[v], 2) / (kDraws * expected[v]);
  }
  EXPECT_LT(chi_square, 24.3);  // 7 degrees of freedom, one in a thousand
}

TEST_P(Sampling, LogsTheProbabilityThatItDrewWith) {
  const auto expected = definition(kLogits, options());
  for (double u = 0.005; u < 1; u += 0.01) {
    const auto sampled = draw(kLogits, u, options());
    EXPECT_NEAR(sampled.logprob, std::log(expected[sampled.token]), 1e-5);
  }
}

TEST_P(Sampling, WalksTheCumulativeDistribution) {
  const auto expected = definition(kLogits, options());
  double below = 0;
  for (size_t v = 0; v < 8; ++v) {
    if (expected[v] == 0) continue;
    EXPECT_EQ(draw(kLogits, below + 1e-4 * expected[v] + 1e-6, options()).token, static_cast<int32_t>(v));
    below += expected[v];
    EXPECT_EQ(draw(kLogits, below - 1e-4 * expected[v] - 1e-6, options()).token, static_cast<int32_t>(v));
  }
}

INSTANTIATE_TEST_SUITE_P(Options, Sampling,
                         testing::Values(Case{1, 1, 0}, Case{0.7, 1, 0}, Case{1.5, 1, 0}, Case{1, 1, 3},
                                         Case{1, 0.8, 0}, Case{0.8, 0.9, 4}, Case{1, 0.01, 0},
                                         Case{1, 1, 100}),
                         [](const auto& test) {
                           const Case& c = test.param;
                           return fmt::format("t{:.0f}p{:.0f}k{}", c.temperature * 10, c.top_p * 100,
                                              c.top_k);
                         });

TEST(SamplingAtTheEdges, NeverTakesAnImpossibleToken) {
  const std::vector<float> logits = {kImpossible, 0, kImpossible, 1, kImpossible};
  for (const double u : {0x1.0p-53, 1e-300}) EXPECT_EQ(draw(logits, u).token, 1);
  EXPECT_EQ(draw(logits, 1 - 0x1.0p-53).token, 3);
}

TEST(SamplingAtTheEdges, TakesTheLastTokenWhereRoundingLeavesTheSumShort) {
  // 49,152 equal f32 probabilities: their sum need not reach the largest uniform number.
  const at::Tensor logits = at::zeros({1, 49152});
  const auto sampled = sample_tokens(logits, {1 - 0x1.0p-53}, {}).front();
  EXPECT_GE(sampled.token, 49150);
  EXPECT_NEAR(sampled.logprob, -std::log(49152.0), 1e-5);
}

TEST(SamplingAtTheEdges, IsCertainOfAnOverwhelmingToken) {
  for (const double u : {0x1.0p-53, 0.5, 1 - 0x1.0p-53}) {
    const auto sampled = draw({-200, 100, -200}, u);
    EXPECT_EQ(sampled.token, 1);
    EXPECT_EQ(sampled.logprob, 0);
  }
}

TEST(SamplingAtTheEdges, DrawsEachRowByItsOwnNumberAndLeavesTheLogitsAlone) {
  const at::Tensor logits = at::tensor({0.0F, 0.0F, 5.0F, 5.0F}).view({2, 2}), copy = logits.clone();
  const auto sampled = sample_tokens(logits, {0.25, 0.75}, {.temperature = 1, .top_k = 2});
  EXPECT_EQ(sampled[0].token, 0);
  EXPECT_EQ(sampled[1].token, 1);
  EXPECT_TRUE(logits.equal(copy));
}

TEST(SamplingOnTheGpu, DrawsTheTokensOfTheCpu) {
  try {
    model::open_device("cuda");
  } catch (const base::Error& error) {
    GTEST_SKIP() << error.what();
  }
  constexpr int64_t kDraws = 500, kTokens = 5000;
  const at::Tensor logits =
      at::arange(kDraws * kTokens, at::kFloat).mul(0.61803F).frac().mul(12).view({kDraws, kTokens});
  std::vector<double> uniforms;
  for (int64_t row = 0; row < kDraws; ++row) uniforms.push_back((static_cast<double>(row) + 0.5) / kDraws);
  const auto here = sample_tokens(logits, uniforms, {.temperature = 0.8}),
             there = sample_tokens(logits.to(at::kCUDA), uniforms, {.temperature = 0.8});
  int64_t different = 0;  // where rounding moves the border between two tokens over a number
  for (int64_t row = 0; row < kDraws; ++row) {
    if (here[row].token != there[row].token)
      ++different;
    else
      EXPECT_NEAR(here[row].logprob, there[row].logprob, 1e-4);
  }
  EXPECT_LE(different, kDraws / 50);
}

TEST(SamplingDeathTest, AbortsWithoutANumberForEachRow) {
  EXPECT_DEATH(sample_tokens(at::zeros({2, 3}), {0.5}, {}), "uniforms");
}

}  // namespace
}  // namespace r2rank::rollout
