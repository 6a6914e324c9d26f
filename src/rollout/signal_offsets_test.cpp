#include "rollout/signal_offsets.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/golden_models.h"
#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

class SignalOffsets : public ::testing::Test {
 protected:
  static PreparedSlate slate(int candidates, float value) {
    PreparedSlate made = RawSlate(candidates, candidates).prepared();
    for (int i = 0; i < candidates; ++i) made.signals.push_back({value + static_cast<float>(i), 1});
    return made;
  }

  std::unique_ptr<model::LanguageModel> model_ = model::golden::tiny_model("llama", "frozen");
  PreparedSlate one_ = slate(2, 10), other_ = slate(3, 20);
  std::vector<const PreparedSlate*> both_ = {&one_, &other_};
};

TEST_F(SignalOffsets, AreNoneWithoutAHead) {
  EXPECT_FALSE(signal_offsets(*model_, signal_rows(both_)).defined());
}

TEST_F(SignalOffsets, AreOneACandidateInTheOrderOfTheSlates) {
  model_->add_signal_head({0.5F}, 2, 0);
  const at::Tensor offsets = signal_offsets(*model_, signal_rows(both_));
  EXPECT_TRUE(at::allclose(offsets.detach(), at::tensor({5.0F, 5.5F, 10.0F, 10.5F, 11.0F})));
}

TEST_F(SignalOffsets, SlatesWithoutSignalsAreRefused) {
  model_->add_signal_head({0.5F}, 2, 0);
  other_.signals.clear();
  EXPECT_TRUE(signal_row(other_, 1).empty());
  EXPECT_THROW(signal_offsets(*model_, signal_rows(both_)), base::Error);
}

TEST_F(SignalOffsets, ShiftsStandAtTheCandidatesLastTokensAndStartAtZero) {
  EXPECT_FALSE(signal_shifts(*model_, signal_rows(both_), {1, 2, 5, 6, 7}).places.defined());
  model_->add_signal_projection(2);
  {
    const auto shifts = signal_shifts(*model_, signal_rows(both_), {1, 2, 5, 6, 7});
    EXPECT_TRUE(at::equal(shifts.places, at::tensor(std::vector<int64_t>{1, 2, 5, 6, 7}, at::kLong)));
    EXPECT_EQ(shifts.rows.sizes(), (std::vector<int64_t>{5, model_->config().width}));
    EXPECT_EQ(shifts.rows.abs().max().item<float>(), 0);
  }
  at::NoGradGuard no_grad;
  model_->signal_projection()->master.fill_(1);
  const auto shifts = signal_shifts(*model_, signal_rows(both_), {1, 2, 5, 6, 7});
  EXPECT_EQ(shifts.rows[0][3].item<float>(), 11);
  EXPECT_EQ(shifts.rows[4][0].item<float>(), 23);
}

}  // namespace
}  // namespace r2rank::rollout
