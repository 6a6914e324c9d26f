#include "model/decoder.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::relative_error;

/// A prompt forest as rollouts make it: history -> candidate -> { cue, rationale start (may be empty) }.
struct Prompts {
  TokenTree tree;
  std::vector<int32_t> leaves;
  int64_t copies;
  base::RandomStream random;

  explicit Prompts(uint64_t seed) : random(seed, base::Purpose::kInit) {
    copies = 1 + static_cast<int64_t>(random.below(3));
    for (uint64_t roots = 1 + random.below(3); roots > 0; --roots) add_root();
  }
  int64_t rows() const { return static_cast<int64_t>(leaves.size()) * copies; }
  std::vector<int32_t> tokens(uint64_t length) {
    std::vector<int32_t> drawn(length);
    for (auto& token : drawn) token = static_cast<int32_t>(random.below(128));
    return drawn;
  }

 private:
  void add_root() {
    const int32_t root = tree.add(TokenTree::kRoot, tokens(1 + random.below(20)));
    for (uint64_t children = random.below(4); children > 0; --children) {
      const int32_t candidate = tree.add(root, tokens(1 + random.below(6)));
      tree.add(candidate, tokens(2));  // a cue beside the leaf: other paths must not be seen
      leaves.push_back(random.below(4) == 0 ? candidate : tree.add(candidate, tokens(random.below(3))));
    }
    if (leaves.empty()) leaves.push_back(root);  // a leaf may be the root itself
  }
};

/// Rows grow by random tokens, each step only a random part of them; some leave for good, some come back.
struct Growth {
  std::vector<std::vector<int32_t>> tokens;     // [rows]
  std::vector<std::vector<at::Tensor>> states;  // [rows][t] [D]

  Growth(Decoder& decoder, Prompts& prompts, int64_t steps) : tokens(prompts.rows()), states(prompts.rows()) {
    for (int64_t step = 0; step < steps; ++step) {
      std::vector<int64_t> live;
      for (int64_t row = 0; row < prompts.rows(); ++row)
        if (step == 0 || prompts.random.below(3) > 0) live.push_back(row);
      if (live.empty()) continue;
      const auto next = prompts.tokens(live.size());
      const at::Tensor found = decoder.step(live, next);
      for (size_t i = 0; i < live.size(); ++i) {
        tokens[live[i]].push_back(next[i]);
        states[live[i]].push_back(found[static_cast<int64_t>(i)]);
      }
    }
  }
};

/// Final-norm states of a path forwarded alone.
at::Tensor alone(const LanguageModel& model, const std::vector<int32_t>& tokens) {
  at::NoGradGuard no_grad;
  TokenTree tree;
  tree.add(TokenTree::kRoot, tokens);
  return model.transformer().states(golden::plan_of(model, tree), false);
}

std::vector<int32_t> tokens_of_path(const TokenTree& tree, int32_t node) {
  std::vector<int32_t> tokens;
  for (const int64_t packed : tree.path(node)) tokens.push_back(tree.tokens()[packed]);
  return tokens;
}

/// Largest relative difference between decoding and forwarding each whole path alone.
double worst_difference(const LanguageModel& model, uint64_t seed) {
  Prompts prompts(seed);
  Decoder decoder(model, prompts.tree, prompts.leaves, prompts.copies, 6);
  const at::Tensor first = decoder.leaf_states();
  const Growth growth(decoder, prompts, 6);
  double worst = 0;
  for (int64_t row = 0; row < prompts.rows(); ++row) {
    const int64_t leaf = row / prompts.copies, grown = static_cast<int64_t>(growth.tokens[row].size());
    std::vector<int32_t> path = tokens_of_path(prompts.tree, prompts.leaves[leaf]);
    const auto before = static_cast<int64_t>(path.size());
    path.insert(path.end(), growth.tokens[row].begin(), growth.tokens[row].end());
    const at::Tensor expected = alone(model, path);
    worst = std::max(worst, relative_error(first[leaf], expected[before - 1]));
    worst = std::max(
        worst, relative_error(at::stack(growth.states[row]), expected.slice(0, before, before + grown)));
  }
  return worst;
}

class DecoderOf : public testing::TestWithParam<std::string> {};

TEST_P(DecoderOf, RandomPromptTreesEqualsAFreshForward) {
  const auto model = golden::tiny_model(GetParam());
  for (uint64_t seed = 1; seed <= 20; ++seed)
    EXPECT_LT(worst_difference(*model, seed), 1e-5) << "seed " << seed;
}

TEST_P(DecoderOf, RandomPromptTreesIsCloseInBf16) {
  const auto model = golden::tiny_model(GetParam(), "full", "bf16");
  double worst = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) worst = std::max(worst, worst_difference(*model, seed));
  RecordProperty("worst", std::to_string(worst));
  EXPECT_LT(worst, 5e-2) << "bf16 keeps 8 bits; two layers of them";
}

INSTANTIATE_TEST_SUITE_P(Families, DecoderOf, testing::Values("llama", "llama3", "qwen2", "qwen3"),
                         [](const auto& test) { return test.param; });

TEST(Decoder, KeepsThePromptsStates) {
  const auto model = golden::tiny_model("llama");
  const Prompts prompts(3);
  const Decoder decoder(*model, prompts.tree, prompts.leaves, 1, 1);
  at::NoGradGuard no_grad;
  EXPECT_TRUE(decoder.prompt_states().equal(
      model->transformer().states(golden::plan_of(*model, prompts.tree), false)));
}

TEST(Decoder, AbortsWhenTheWeightsChangedSinceItsCacheWasFilled) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto model = golden::tiny_model("llama");
  const Prompts prompts(3);
  Decoder decoder(*model, prompts.tree, prompts.leaves, 1, 4);
  decoder.step({0}, {1});
  model->parameters().publish();
  EXPECT_DEATH(decoder.step({0}, {1}), "version");
}

TEST(Decoder, AbortsBeyondItsRoom) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto model = golden::tiny_model("llama");
  TokenTree tree;
  const int32_t root = tree.add(TokenTree::kRoot, std::vector<int32_t>{1, 2});
  Decoder decoder(*model, tree, {root}, 1, 1);
  decoder.step({0}, {3});
  EXPECT_DEATH(decoder.step({0}, {4}), "capacity");
}

}  // namespace
}  // namespace r2rank::model
