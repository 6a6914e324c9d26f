#include "learn/gate_fit.h"

#include <gtest/gtest.h>

namespace r2rank::learn {
namespace {

/// Slates whose reasoning changes NDCG by `gains`, the most doubtful first.
std::vector<GateSample> samples_of(const std::vector<double>& gains) {
  std::vector<GateSample> samples;
  for (size_t i = 0; i < gains.size(); ++i)
    samples.push_back({1.0 / (1.0 + static_cast<double>(i)), 0.5, 0.5 + gains[i]});
  return samples;
}

TEST(FitGate, ReasonsNowhereWhereItOnlyLoses) {
  const ReasonGate gate = fit_gate(samples_of({-.1, -.2, 0, -.1}));
  EXPECT_GT(gate.least_doubt, 1);
  EXPECT_EQ(gate.share, 0);
  EXPECT_DOUBLE_EQ(gate.gated, gate.silent);
  EXPECT_DOUBLE_EQ(gate.reasoned, 0.4);
  EXPECT_EQ(gate.slates, 4);
}

TEST(FitGate, ReasonsEverywhereWhereEverySlateGains) {
  const ReasonGate gate = fit_gate(samples_of(std::vector<double>(20, .2)));
  EXPECT_EQ(gate.share, 1);
  EXPECT_DOUBLE_EQ(gate.gated, gate.reasoned);
  EXPECT_DOUBLE_EQ(gate.least_doubt, 1.0 / 20);
}

TEST(FitGate, ReasonsWhereTheSilentScoresDoubtIfThatIsWhereItPays) {
  std::vector<double> gains(10, .3);
  gains.resize(20, -.3);
  const ReasonGate gate = fit_gate(samples_of(gains));
  EXPECT_DOUBLE_EQ(gate.share, 0.5);
  EXPECT_DOUBLE_EQ(gate.least_doubt, 0.1);
  EXPECT_NEAR(gate.gated, 0.65, 1e-12);
  EXPECT_NEAR(gate.reasoned, 0.5, 1e-12);
}

/// The best is to reason about three: mean .8 / 4 = .2, variance (1.36 - .16) / 3 = .4, standard error .316.
TEST(FitGate, TakesNoGainThatIsWithinItsStandardError) {
  const ReasonGate gate = fit_gate(samples_of({.6, -.6, .8, -.4}));
  EXPECT_EQ(gate.share, 0);
}

TEST(FitGate, DividesNoSlatesOfEqualDoubt) {
  std::vector<GateSample> samples(10, {.5, .2, .6});
  for (int i = 0; i < 10; ++i) samples.push_back({.5, .6, .4});
  const ReasonGate gate = fit_gate(samples);
  EXPECT_EQ(gate.share, 1);
  EXPECT_DOUBLE_EQ(gate.least_doubt, .5);
}

TEST(FitGate, IsTheSameInWhateverOrderTheSlatesCome) {
  auto samples = samples_of({.3, .3, .2, .3, -.1, -.3, -.2});
  const ReasonGate gate = fit_gate(samples);
  std::swap(samples[0], samples[5]);
  std::swap(samples[2], samples[6]);
  EXPECT_DOUBLE_EQ(fit_gate(samples).least_doubt, gate.least_doubt);
  EXPECT_DOUBLE_EQ(gate.share, 4.0 / 7);
}

TEST(FitGate, OfNoSlatesReasonsNowhere) {
  EXPECT_GT(fit_gate({}).least_doubt, 1);
}

}  // namespace
}  // namespace r2rank::learn
