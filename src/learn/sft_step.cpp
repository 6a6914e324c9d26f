#include "learn/sft_step.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "base/error.h"
#include "model/profile.h"
#include "model/token_logprob.h"

namespace r2rank::learn {
namespace {

using rollout::SlateTree;

at::Tensor to_index(const std::vector<int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

SlateTree tree_of(std::span<const SftSlate> slates, const rollout::PromptFrame& frame) {
  std::vector<const rollout::PreparedSlate*> prepared;
  std::vector<std::vector<std::vector<rollout::Rationale>>> rationales;
  for (const auto& slate : slates) {
    prepared.push_back(slate.slate);
    rationales.push_back(*slate.rationales);
  }
  SlateTree forest = rollout::build_slate_tree(prepared, frame, rationales);
  R2RANK_CHECK(std::none_of(forest.reasoned_last.begin(), forest.reasoned_last.end(),
                            [](int64_t last) { return last < 0; }));
  return forest;
}

/// 1 for yes, 0 for no.
struct Labels {
  std::vector<float> rationales, candidates;
};

Labels labels_of(std::span<const SftSlate> slates) {
  Labels labels;
  for (const auto& slate : slates)
    for (int64_t i = 0; i < slate.slate->candidates(); ++i) {
      const float label = slate.slate->relevance[i] > 0 ? 1 : 0;
      labels.candidates.push_back(label);
      labels.rationales.insert(labels.rationales.end(), (*slate.rationales)[i].size(), label);
    }
  return labels;
}

/// Summed cross-entropy of the rationales' tokens, and of the verdict that follows each one's cue.
at::Tensor token_loss(const model::LanguageModel& model, const at::Tensor& states, const SlateTree& forest,
                      const std::vector<float>& labels) {
  std::vector<int64_t> from = forest.predicted_from;
  std::vector<int64_t> targets(forest.predicted.begin(), forest.predicted.end());
  from.insert(from.end(), forest.reasoned_last.begin(), forest.reasoned_last.end());
  for (const float label : labels) targets.push_back(label > 0 ? model.readout().yes : model.readout().no);
  const at::Device device = states.device();
  return -model::token_logprobs(states.index_select(0, to_index(from, device)),
                                *model.transformer().output_table, to_index(targets, device), 1.0)
              .logprob.sum();
}

at::Tensor logistic_loss(const at::Tensor& scores, const std::vector<float>& labels) {
  return at::binary_cross_entropy_with_logits(scores, at::tensor(labels).to(scores.device()), {}, {},
                                              at::Reduction::Sum);
}

int64_t right_verdicts(const at::Tensor& scores, const std::vector<float>& labels) {
  return (scores.detach().cpu() > 0).eq(at::tensor(labels) > 0).sum().item<int64_t>();
}

}  // namespace

SftSize sft_size(std::span<const SftSlate> slates) {
  SftSize size;
  for (const auto& slate : slates) {
    size.candidates += slate.slate->candidates();
    for (const auto& item : *slate.rationales)
      for (const auto& rationale : item) {
        ++size.rationales;
        size.tokens += static_cast<int64_t>(rationale.tokens.size()) + 1;
      }
  }
  return size;
}

SftOutcome accumulate_sft_step(model::LanguageModel& model, const rollout::PromptFrame& frame,
                               std::span<const SftSlate> slates, const SftOptions& options,
                               const SftSize& step) {
  SftOutcome outcome{.size = sft_size(slates)};
  R2RANK_CHECK(outcome.size.rationales > 0 && step.tokens >= outcome.size.tokens);
  const SlateTree forest = tree_of(slates, frame);
  const Labels labels = labels_of(slates);
  const auto& transformer = model.transformer();
  const at::Tensor states = transformer.states(transformer.plan(forest.tree), options.checkpoint_layers);
  const auto scores_at = [&](const std::vector<int64_t>& places) {
    return model.readout()(states.index_select(0, to_index(places, states.device())));
  };
  const at::Tensor tokens = token_loss(model, states, forest, labels.rationales);
  const at::Tensor reasoned = scores_at(forest.reasoned_last);
  const at::Tensor readout = logistic_loss(reasoned, labels.rationales);
  const at::Tensor silent = logistic_loss(scores_at(forest.silent_last), labels.candidates);
  // A loss that is not finite goes backward too: its gradient's norm is what tells the trainer to skip the
  // step.
  torch::autograd::backward({tokens / static_cast<double>(step.tokens) +
                             readout * (options.readout_weight / static_cast<double>(step.rationales)) +
                             silent * (options.silent_weight / static_cast<double>(step.candidates))},
                            {});
  {
    const model::Mark mark("collect gradients");
    model.parameters().collect_gradients();
  }
  outcome.token_loss = tokens.item<double>();
  outcome.readout_loss = readout.item<double>();
  outcome.silent_loss = silent.item<double>();
  outcome.right_verdicts = right_verdicts(reasoned, labels.rationales);
  return outcome;
}

}  // namespace r2rank::learn
