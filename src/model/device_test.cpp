#include "model/device.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "base/error.h"
#include "model/attention_part.h"
#include "model/decoder.h"
#include "model/golden_models.h"
#include "model/random_tree.h"
#include "model/token_logprob.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

TEST(Device, OfTheProcessorNeedsNothing) {
  EXPECT_TRUE(open_device("cpu").is_cpu());
  synchronize(at::kCPU);
}

TEST(Device, WithoutAGpuSaysWhatIsMissingAndWhatToDo) {
  try {
    EXPECT_TRUE(open_device("cuda").is_cuda());
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("use --device cpu"), std::string::npos) << error.what();
  }
}

/// What the GPU computes is held against the CPU's f32, for which other tests answer.
class OnTheGpu : public testing::Test {
 protected:
  void SetUp() override {
    try {
      open_device("cuda");
    } catch (const base::Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

struct Shape {
  int64_t queries, keys;
  bool causal, masked;
};

/// Query t of either sequence sees its first keys, at least one.
at::Tensor ragged_mask(int64_t batch, int64_t queries, int64_t keys) {
  at::Tensor mask = at::zeros({batch, 1, queries, keys});
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t t = 0; t < queries; ++t)
      mask[n][0][t].slice(0, 1 + (n * 5 + t * 3) % keys).fill_(-std::numeric_limits<float>::infinity());
  return mask;
}

/// Largest relative error of results and gradients of attention parts on the GPU.
double worst_of_parts(const Shape& shape, at::ScalarType type) {
  constexpr int64_t kBatch = 2, kHeads = 3, kWidth = 64;
  const auto heads = [&](const char* name, int64_t tokens) {
    return formula(name, {kBatch, kHeads, tokens, kWidth}, 1).to(type).to(at::kFloat);
  };
  const at::Tensor q = heads("q", shape.queries), k = heads("k", shape.keys), v = heads("v", shape.keys),
                   grad = heads("grad", shape.queries),
                   mask = shape.masked ? ragged_mask(kBatch, shape.queries, shape.keys) : at::Tensor();
  const auto expected = attend(q, k, v, shape.causal, mask);
  const auto gradients = attend_backward(grad, q, k, v, expected.out, expected.lse, shape.causal, mask);
  const auto there = [&](const at::Tensor& x) { return x.to(at::kCUDA).to(type); };
  const at::Tensor gpu_mask = shape.masked ? mask.to(at::kCUDA) : mask;  // f32, as decoding has it
  const auto found = attend(there(q), there(k), there(v), shape.causal, gpu_mask);
  const auto found_gradients = attend_backward(there(grad), there(q), there(k), there(v), found.out,
                                               found.lse, shape.causal, gpu_mask);
  return std::max({relative_error(found.out, expected.out), relative_error(found.lse, expected.lse),
                   relative_error(found_gradients.q, gradients.q),
                   relative_error(found_gradients.k, gradients.k),
                   relative_error(found_gradients.v, gradients.v)});
}

TEST_F(OnTheGpu, AttentionPartsEqualThoseOfTheCpu) {
  for (const Shape& shape : {Shape{1, 2, false, false}, Shape{7, 33, false, false},
                             Shape{70, 5, false, false}, Shape{65, 65, true, false}, Shape{1, 9, false, true},
                             Shape{3, 9, false, true}, Shape{33, 40, false, true}}) {
    SCOPED_TRACE(testing::Message() << shape.queries << " x " << shape.keys);
    EXPECT_LT(worst_of_parts(shape, at::kFloat), 1e-5);
    EXPECT_LT(worst_of_parts(shape, at::kBFloat16), 3e-2);
  }
}

TEST_F(OnTheGpu, ModelsGiveTheStatesAndGradientsOfTheCpu) {
  for (const char* family : {"llama", "llama3", "qwen2", "qwen3"}) {
    SCOPED_TRACE(family);
    const auto cpu = golden::tiny_model(family), gpu = golden::tiny_model(family, "full", "f32", "cuda");
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      const golden::RandomTree random(seed);
      EXPECT_LT(relative_error(golden::states_of(*gpu, random.tree), golden::states_of(*cpu, random.tree)),
                1e-5);
    }
    const at::Tensor tokens = golden::File(std::string("tiny_") + family + ".safetensors").get("tokens");
    for (LanguageModel* model : {cpu.get(), gpu.get()}) {
      torch::autograd::backward({golden::next_token_loss(*model, tokens, false)}, {});
      model->parameters().collect_gradients();
    }
    for (const auto& [name, shape] : expected_tensors(cpu->config()))
      EXPECT_LT(relative_error(golden::gradient_of(*gpu, name), golden::gradient_of(*cpu, name)), 2e-5)
          << name;
  }
}

TEST_F(OnTheGpu, ModelsInBf16AreClose) {
  const auto cpu = golden::tiny_model("llama"), gpu = golden::tiny_model("llama", "full", "bf16", "cuda");
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const golden::RandomTree random(seed);
    EXPECT_LT(relative_error(golden::states_of(*gpu, random.tree), golden::states_of(*cpu, random.tree)),
              5e-2);
  }
}

TEST_F(OnTheGpu, DecodingEqualsThatOfTheCpu) {
  const auto cpu = golden::tiny_model("qwen3"), gpu = golden::tiny_model("qwen3", "full", "f32", "cuda");
  TokenTree tree;
  const int32_t root = tree.add(TokenTree::kRoot, std::vector<int32_t>{5, 9, 70, 2});
  const std::vector<int32_t> leaves = {tree.add(root, std::vector<int32_t>{1, 2, 3}),
                                       tree.add(root, std::vector<int32_t>{8})};
  Decoder there(*gpu, tree, leaves, 2, 4), here(*cpu, tree, leaves, 2, 4);
  const std::vector<std::vector<int64_t>> rows = {{0, 1, 2, 3}, {0, 3}, {1, 3}};
  for (const auto& live : rows) {
    std::vector<int32_t> next;
    for (const int64_t row : live) next.push_back(static_cast<int32_t>(11 + row));
    EXPECT_LT(relative_error(there.step(live, next), here.step(live, next)), 1e-5);
  }
}

TEST_F(OnTheGpu, TokenLogprobsAndTheirGradientsEqualThoseOfTheCpu) {
  constexpr int64_t kTokens = 600, kWidth = 24, kVocabulary = 97;  // two chunks
  const at::Tensor targets = at::arange(kTokens, at::kLong).mul(31).remainder(kVocabulary);
  std::vector<TokenLogprobs> results;
  std::vector<at::Tensor> gradients;
  ParameterStore stores[2];
  for (const at::Device device : {at::Device(at::kCPU), at::Device(at::kCUDA)}) {
    Parameter& table =
        stores[results.size()].add({{"table", 0, kVocabulary}}, ParameterKind::kMatrix,
                                   formula("table", {kVocabulary, kWidth}, 1).to(device), at::kFloat, true);
    const at::Tensor states = formula("states", {kTokens, kWidth}, 1).to(device).requires_grad_(true);
    results.push_back(token_logprobs(states, table, targets.to(device), 0.7));
    torch::autograd::backward({(results.back().logprob * 2 + results.back().entropy).sum()}, {});
    gradients.push_back(states.grad());
    gradients.push_back(table.gradient_sum());
  }
  EXPECT_LT(relative_error(results[1].logprob, results[0].logprob.detach()), 1e-5);
  EXPECT_LT(relative_error(results[1].entropy, results[0].entropy.detach()), 1e-5);
  EXPECT_LT(relative_error(gradients[2], gradients[0]), 1e-5);
  EXPECT_LT(relative_error(gradients[3], gradients[1]), 1e-5);
}

}  // namespace
}  // namespace r2rank::model
