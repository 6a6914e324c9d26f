#include "learn/memory_plan.h"

#include <gtest/gtest.h>

#include "data/test_support.h"
#include "learn/activations.h"
#include "learn/tiny_ranking_model.h"

namespace r2rank::learn {
namespace {

class MemoryPlans : public ::testing::Test {
 protected:
  MemoryPlans() {
    testing::write_tiny_base(folder_.path() / "base");
    ranking_ = testing::open_tiny(folder_.path() / "base");
    config_.stage = "rl";
    fixed_ = plan().fixed;
  }
  MemoryPlan plan() const { return plan_memory(config_, *ranking_->model); }
  /// A budget that leaves so many bytes beside what is fixed.
  void leave(double bytes) { config_.memory = fmt::format("{:.0f}", fixed_ + bytes); }
  double bytes_of(int64_t tokens, bool recomputed) const {
    return activation_bytes(*ranking_->model, tokens, recomputed);
  }

  data::testing::TemporaryFolder folder_;
  std::unique_ptr<RankingModel> ranking_;
  TrainConfig config_;
  double fixed_ = 0;
};

TEST_F(MemoryPlans, AreAsConfiguredWithoutABudget) {
  EXPECT_EQ(plan().tokens_per_pass, config_.tokens_per_pass);
  EXPECT_EQ(plan().activations, 6e9);
  EXPECT_EQ(plan().rollout, 4e9);
}

TEST_F(MemoryPlans, KeepLayersAndLargePassesWhereThereIsRoom) {
  leave(1e12);
  EXPECT_EQ(plan().tokens_per_pass, config_.tokens_per_pass);
  EXPECT_NE(plan().text(config_, *ranking_->model).find("layers kept"), std::string::npos);
}

TEST_F(MemoryPlans, MakePassesSmallerBeforeTheyRecompute) {
  leave(1.01 * bytes_of(2000, false));
  EXPECT_NEAR(static_cast<double>(plan().tokens_per_pass), 2020, 2);
  EXPECT_NE(plan().text(config_, *ranking_->model).find("layers kept"), std::string::npos);
}

TEST_F(MemoryPlans, RecomputeWherePassesWouldBecomeSlow) {
  leave(bytes_of(700, false));
  EXPECT_GT(plan().tokens_per_pass, 700);
  EXPECT_NE(plan().text(config_, *ranking_->model).find("layers recomputed"), std::string::npos);
  EXPECT_LE(bytes_of(plan().tokens_per_pass, true), 1.001 * plan().activations);
}

TEST_F(MemoryPlans, FollowTheSettingOfCheckpointing) {
  leave(bytes_of(700, false));
  config_.checkpoint_layers = "off";
  EXPECT_NEAR(static_cast<double>(plan().tokens_per_pass), 700, 1);
}

TEST_F(MemoryPlans, RefuseWhatCannotHoldTheModel) {
  config_.memory = "1MiB";
  const auto text = data::testing::error_of(base::ErrorKind::kUsage, [&] { plan(); });
  EXPECT_NE(text.find("--tuning lora"), std::string::npos) << text;
  config_.memory = "plenty";
  data::testing::error_of(base::ErrorKind::kUsage, [&] { plan(); });
}

TEST_F(MemoryPlans, CountAReferenceModel) {
  config_.kl = 0.1;
  EXPECT_GT(plan().fixed, fixed_);
  config_.kl = 0;
  config_.rationale_source = "start";
  EXPECT_GT(plan().fixed, fixed_);
}

}  // namespace
}  // namespace r2rank::learn
