#include "learn/optimizer.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"
#include "model/device.h"
#include "model/golden_models.h"

namespace r2rank::learn {
namespace {

void give_ten_steps_of_torch(const std::string& device) {
  const model::golden::File file("adamw.safetensors"), batch("tiny_llama.safetensors");
  const auto model = model::golden::tiny_model("llama", "full", "f32", device);
  AdamWOptions options;
  options.weight_decay = 0.1;
  options.clip = 1.0;
  AdamW optimizer(model->parameters(), options);
  for (int64_t step = 0; step < 10; ++step) {
    const at::Tensor loss = model::golden::next_token_loss(*model, batch.get("tokens"), false);
    EXPECT_NEAR(loss.item<double>(), file.get("loss")[step].item<double>(), 1e-5);
    torch::autograd::backward({loss}, {});
    model->parameters().collect_gradients();
    const double norm = optimizer.gradient_norm();
    EXPECT_NEAR(norm, file.get("grad_norm")[step].item<double>(), 1e-4 * norm);
    optimizer.step(file.get("lr")[step].item<double>(), 0, norm);
    model->parameters().zero_gradients();
  }
  for (const auto& [name, value] : model->merged_weights())
    EXPECT_LT(model::golden::relative_error(value, file.get("weight." + name)), 2e-5) << name;
}

TEST(AdamW, GivesTenStepsOfTorch) {
  give_ten_steps_of_torch("cpu");
}

TEST(AdamW, GivesTenStepsOfTorchOnTheGpu) {
  try {
    model::open_device("cuda");
  } catch (const base::Error& error) {
    GTEST_SKIP() << error.what();
  }
  give_ten_steps_of_torch("cuda");
}

TEST(Schedule, RisesLinearlyThenFallsToItsFloor) {
  EXPECT_DOUBLE_EQ(schedule_factor(0, 0.1, 0.1), 0);
  EXPECT_DOUBLE_EQ(schedule_factor(0.05, 0.1, 0.1), 0.5);
  EXPECT_DOUBLE_EQ(schedule_factor(0.1, 0.1, 0.1), 1);
  EXPECT_NEAR(schedule_factor(0.55, 0.1, 0.1), 0.55, 1e-12);
  EXPECT_NEAR(schedule_factor(2, 0.1, 0.1), 0.1, 1e-12);
  EXPECT_DOUBLE_EQ(schedule_factor(0.5, 0, 1), 1);
}

}  // namespace
}  // namespace r2rank::learn
