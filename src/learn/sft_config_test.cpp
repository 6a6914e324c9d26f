#include "learn/sft_config.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class SftConfigs : public ::testing::Test {
 protected:
  std::string refusal() const {
    return error_of(base::ErrorKind::kUsage, [&] { config_.check(); });
  }
  SftConfig config_;
};

TEST_F(SftConfigs, AreFineAsTheyCome) {
  EXPECT_NO_THROW(config_.check());
  config_.valid_share = 0;  // patience stays at its default and has nothing to wait for
  config_.valid_slates = 0;
  EXPECT_NO_THROW(config_.check());
  config_.patience = 0;
  EXPECT_NO_THROW(config_.check());
  config_ = {};
  config_.select = "ndcg";
  config_.valid_rationales = 1;
  config_.valid_share = 0;
  config_.patience = 5;
  EXPECT_NO_THROW(config_.check());
}

TEST_F(SftConfigs, RefuseSettingsThatCannotAct) {
  config_.temperature = 0.5;
  expect_parts(refusal(), {"temperature = 0.5", "valid_rationales = 0"});
  config_ = {};
  config_.valid_share = 0;
  config_.patience = 5;
  expect_parts(refusal(), {"patience = 5", "valid_share = 0"});
  config_ = {};
  config_.valid_slates = 0;
  config_.valid_rationales = 2;
  expect_parts(refusal(), {"valid_rationales = 2", "valid_slates = 0"});
  config_ = {};
  config_.valid_slates = 0;
  config_.valid_share = 0;
  config_.valid_every = 5;
  expect_parts(refusal(), {"valid_every = 5"});
  config_ = {};
  config_.select = "ndcg";
  expect_parts(refusal(), {"select = ndcg", "valid_rationales = 0", "--valid-rationales 1"});
  config_.valid_rationales = 1;
  config_.patience = 0;
  expect_parts(refusal(), {"select = \"ndcg\"", "patience = 0"});
  config_ = {};
  config_.model_options.lora_rank = 4;
  expect_parts(refusal(), {"lora_rank = 4", "tuning = full"});
  config_ = {};
  config_.model_options.readout = "verdict";
  config_.readout_learning_rate = 0.5;
  expect_parts(refusal(), {"readout_learning_rate", "readout = verdict"});
}

TEST_F(SftConfigs, RefuseAHeadWithoutALoss) {
  config_.model_options.tuning = "head";
  config_.readout_weight = 0;
  EXPECT_NO_THROW(config_.check());
  config_.silent_weight = 0;
  expect_parts(refusal(), {"tuning = head", "without a loss"});
}

TEST_F(SftConfigs, SayHowAStepWeighsAndHowSlatesAreReasonedAbout) {
  config_.readout_weight = 2;
  config_.silent_weight = 0.5;
  config_.valid_rationales = 3;
  config_.rationale_tokens = 12;
  config_.temperature = 0.7;
  EXPECT_EQ(config_.step_options().readout_weight, 2);
  EXPECT_EQ(config_.step_options().silent_weight, 0.5);
  EXPECT_EQ(config_.sampling().rationales, 3);
  EXPECT_EQ(config_.sampling().max_tokens, 12);
  EXPECT_EQ(config_.sampling().temperature, 0.7);
}

}  // namespace
}  // namespace r2rank::learn
