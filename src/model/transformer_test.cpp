#include "model/transformer.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"
#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::relative_error;

class TinyModel : public testing::TestWithParam<std::string> {
 protected:
  golden::File file_{"tiny_" + GetParam() + ".safetensors"};
  std::unique_ptr<LanguageModel> model_ = golden::tiny_model(GetParam());
  at::Tensor tokens_ = file_.get("tokens");  // [2, 24]

  at::Tensor states() {
    at::NoGradGuard no_grad;
    return model_->transformer().states(golden::plan_of(*model_, golden::rows_as_tree(tokens_)), false);
  }

  double worst_gradient() {
    double worst = 0;
    for (const auto& [name, shape] : expected_tensors(model_->config()))
      worst = std::max(worst, relative_error(golden::gradient_of(*model_, name), file_.get("grad." + name)));
    return worst;
  }

  void backward(bool checkpoint) {
    const at::Tensor loss = golden::next_token_loss(*model_, tokens_, checkpoint);
    EXPECT_NEAR(loss.item<double>(), file_.get("loss").item<double>(), 1e-5);
    torch::autograd::backward({loss}, {});
    model_->parameters().collect_gradients();
  }
};

TEST_P(TinyModel, GivesTheLogitsOfTransformers) {
  const at::Tensor found = states();
  EXPECT_LT(relative_error(found.view({2, 24, 32}), file_.get("hidden")), 1e-5);
  const at::Tensor logits = token_logits(found, *model_->transformer().output_table).view({2, 24, 128});
  EXPECT_LT(relative_error(logits, file_.get("logits")), 1e-5);
}

TEST_P(TinyModel, GivesEveryGradientOfTransformers) {
  backward(false);
  EXPECT_LT(worst_gradient(), 2e-5);
}

TEST_P(TinyModel, GivesTheSameGradientsWithCheckpointing) {
  backward(true);
  EXPECT_LT(worst_gradient(), 2e-5);
}

INSTANTIATE_TEST_SUITE_P(Families, TinyModel, testing::Values("llama", "llama3", "qwen2", "qwen3"),
                         [](const auto& test) { return test.param; });

TEST(Transformer, RefusesPathsLongerThanTheModelKnows) {
  const auto model = golden::tiny_model("llama");
  TokenTree tree;
  tree.add(TokenTree::kRoot, std::vector<int32_t>(257, 1));
  EXPECT_THROW(model->transformer().states(golden::plan_of(*model, tree), false), base::Error);
}

}  // namespace
}  // namespace r2rank::model
