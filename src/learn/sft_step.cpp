#include "learn/sft_step.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
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

/// Summed losses of one pass.
struct Losses {
  at::Tensor tokens, readout, silent;  // [] each
  int64_t right_verdicts = 0;

  SftOutcome outcome(const SftSize& size) const {
    return {size, tokens.item<double>(), readout.item<double>(), silent.item<double>(), right_verdicts};
  }
};

Losses forward(const model::LanguageModel& model, const rollout::PromptFrame& frame,
               std::span<const SftSlate> slates, bool checkpoint_layers) {
  const SlateTree forest = tree_of(slates, frame);
  const Labels labels = labels_of(slates);
  const auto& transformer = model.transformer();
  const at::Tensor states = transformer.states(transformer.plan(forest.tree), checkpoint_layers);  // [N, D]
  const auto scores_at = [&](const std::vector<int64_t>& places) {
    return model.readout()(states.index_select(0, to_index(places, states.device())));
  };
  const at::Tensor reasoned = scores_at(forest.reasoned_last);  // [rationales]
  return {token_loss(model, states, forest, labels.rationales), logistic_loss(reasoned, labels.rationales),
          logistic_loss(scores_at(forest.silent_last), labels.candidates),
          right_verdicts(reasoned, labels.rationales)};
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

SftOutcome& SftOutcome::operator+=(const SftOutcome& other) {
  size.tokens += other.size.tokens;
  size.rationales += other.size.rationales;
  size.candidates += other.size.candidates;
  token_loss += other.token_loss;
  readout_loss += other.readout_loss;
  silent_loss += other.silent_loss;
  right_verdicts += other.right_verdicts;
  return *this;
}

double SftOutcome::loss(const SftOptions& options) const {
  return token_loss / static_cast<double>(size.tokens) +
         options.readout_weight * readout_loss / static_cast<double>(size.rationales) +
         options.silent_weight * silent_loss / static_cast<double>(size.candidates);
}

SftOutcome accumulate_sft_step(model::LanguageModel& model, const rollout::PromptFrame& frame,
                               std::span<const SftSlate> slates, const SftOptions& options,
                               const SftSize& step) {
  const SftSize size = sft_size(slates);
  R2RANK_CHECK(size.rationales > 0 && step.tokens >= size.tokens);
  const Losses losses = forward(model, frame, slates, options.checkpoint_layers);
  // A loss that is not finite goes backward too: its gradient's norm is what tells the trainer to skip the
  // step.
  torch::autograd::backward(
      {losses.tokens / static_cast<double>(step.tokens) +
       losses.readout * (options.readout_weight / static_cast<double>(step.rationales)) +
       losses.silent * (options.silent_weight / static_cast<double>(step.candidates))},
      {});
  {
    const model::Mark mark("collect gradients");
    model.parameters().collect_gradients();
  }
  return losses.outcome(size);
}

SftOutcome measure_sft(const model::LanguageModel& model, const rollout::PromptFrame& frame,
                       std::span<const SftSlate> slates) {
  at::NoGradGuard no_grad;
  return forward(model, frame, slates, false).outcome(sft_size(slates));
}

}  // namespace r2rank::learn
