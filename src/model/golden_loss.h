#pragma once

// Test support, included by golden_models.h.

#include "model/attention_plan.h"
#include "model/token_logprob.h"
#include "model/token_tree.h"

namespace r2rank::model::golden {

inline std::shared_ptr<const AttentionPlan> plan_of(const LanguageModel& model, const TokenTree& tree) {
  return model.transformer().plan(tree);
}

/// Each row of tokens [n, T] as a path of its own.
inline TokenTree rows_as_tree(const at::Tensor& tokens) {
  TokenTree tree;
  for (int64_t row = 0; row < tokens.size(0); ++row) tree.add(TokenTree::kRoot, to_tokens(tokens[row]));
  return tree;
}

inline at::Tensor next_token_loss(LanguageModel& model, const at::Tensor& tokens, bool checkpoint) {
  const int64_t rows = tokens.size(0), length = tokens.size(1), width = model.config().width;
  const at::Tensor states = model.transformer().states(plan_of(model, rows_as_tree(tokens)), checkpoint);
  const at::Tensor before = states.view({rows, length, width}).slice(1, 0, length - 1).reshape({-1, width});
  const at::Tensor targets = tokens.slice(1, 1, length).reshape({-1}).to(states.device());
  return -token_logprobs(before, *model.transformer().output_table, targets, 1.0).logprob.mean();
}

/// Final-norm states of every packed token, without a graph.
inline at::Tensor states_of(const LanguageModel& model, const TokenTree& tree) {
  at::NoGradGuard no_grad;
  return model.transformer().states(plan_of(model, tree), false);
}

/// Logits of rows of tokens [n, T] -> [n * T, V].
inline at::Tensor logits_of(const LanguageModel& model, const at::Tensor& tokens) {
  return token_logits(states_of(model, rows_as_tree(tokens)), *model.transformer().output_table)
      .to(at::kFloat);
}

/// Adapters A and B by the formula, under the names of tools/golden/lora.py.
inline void fill_adapters(LanguageModel& model) {
  at::NoGradGuard no_grad;
  for (auto* parameter : model.parameters().trainable())
    if (parameter->name().find(".lora_") != std::string::npos)
      parameter->master.copy_(formula(parameter->name(), parameter->master.sizes().vec()));
  model.parameters().publish();
}

}  // namespace r2rank::model::golden
