#pragma once

// Test support: the slates, rationales and model of tools/golden/rl_step.py, every path of which golden
// scripts forward alone.

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "model/golden_models.h"
#include "rollout/slate_tree.h"

namespace r2rank::learn::testing {

class GoldenSlates : public ::testing::Test {
 protected:
  static constexpr int kSlates = 2, kItems = 3, kRationales = 2;

  GoldenSlates() {
    model_->set_verdict_tokens(11, 12);
    frame_ = {model::golden::to_tokens(file_.get("rationale_start")),
              model::golden::to_tokens(file_.get("cue")), 5};
    for (int b = 0; b < kSlates; ++b) read_slate(b);
  }

  /// Gradient norms of all parameters against tensor `key` of a golden file, in the order of its names.
  void expect_norms(const model::golden::File& file, const std::string& key) const {
    std::istringstream names(file.header().at("__metadata__").at("parameters").get<std::string>());
    const at::Tensor expected = file.get(key);
    std::string name;
    for (int64_t p = 0; names >> name; ++p) {
      const double norm = model::golden::gradient_of(*model_, name).norm().item<double>();
      EXPECT_NEAR(norm, expected[p].item<double>(), 1e-4 * expected.max().item<double>())
          << key << " " << name;
    }
  }

  model::golden::File file_{"rl_step.safetensors"};
  std::unique_ptr<model::LanguageModel> model_ = model::golden::tiny_model("llama");
  rollout::PromptFrame frame_;
  rollout::PreparedSlate slates_[kSlates];
  std::vector<std::vector<rollout::Rationale>> rationales_[kSlates];

 private:
  std::vector<int32_t> tokens(const std::string& name, std::vector<int64_t> at) const {
    at::Tensor values = file_.get(name), length = file_.get(name + "_length");
    for (const int64_t index : at) {
      values = values[index];
      length = length[index];
    }
    auto all = model::golden::to_tokens(values);
    all.resize(length.item<int64_t>());
    return all;
  }

  void read_slate(int b) {
    auto& slate = slates_[b];
    slate.id = b;
    slate.pieces.history = tokens("history", {b});
    for (int i = 0; i < kItems; ++i) {
      slate.pieces.candidates.push_back(tokens("candidate", {b, i}));
      slate.order.push_back(i);
      slate.relevance.push_back(file_.get("relevance")[b][i].item<float>());
      auto& own = rationales_[b].emplace_back();
      for (int g = 0; g < kRationales; ++g) own.push_back({tokens("rationale", {b, i, g}), {}, false, false});
    }
  }
};

}  // namespace r2rank::learn::testing
