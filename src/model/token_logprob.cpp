#include "model/token_logprob.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kChunk = 256;  // tokens: 256 x 49,152 f32 logits are 50 MB

/// log softmax of the logits of one chunk, [m, V] f32.
at::Tensor chunk_log_softmax(const at::Tensor& states, const at::Tensor& table, double temperature) {
  at::Tensor logits = at::mm(states, table.t()).to(at::kFloat);
  if (temperature != 1.0) logits.div_(temperature);
  return at::log_softmax(logits, 1);
}

struct ChunkedLogprobs : torch::autograd::Function<ChunkedLogprobs> {
  static variable_list forward(AutogradContext* context, const at::Tensor& states, const at::Tensor& table,
                               const at::Tensor& targets, double temperature, Parameter* parameter) {
    const int64_t count = states.size(0);
    at::Tensor logprob = at::empty({count}, states.options().dtype(at::kFloat)), entropy = at::empty_like(logprob);
    for (int64_t begin = 0; begin < count; begin += kChunk) {
      const int64_t end = std::min(begin + kChunk, count);
      const at::Tensor log_p = chunk_log_softmax(states.slice(0, begin, end), table, temperature);
      logprob.slice(0, begin, end).copy_(log_p.gather(1, targets.slice(0, begin, end).unsqueeze(1)).squeeze(1));
      entropy.slice(0, begin, end).copy_(-(log_p.exp().mul_(log_p)).sum(1));
    }
    context->save_for_backward({states, table, targets, entropy});
    context->saved_data["temperature"] = temperature;
    context->saved_data["parameter"] = reinterpret_cast<int64_t>(parameter);
    return {logprob, entropy};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &states = saved[0], &table = saved[1], &targets = saved[2], &entropy = saved[3];
    const double temperature = context->saved_data["temperature"].toDouble();
    auto* parameter = reinterpret_cast<Parameter*>(context->saved_data["parameter"].toInt());
    at::Tensor d_states = at::empty_like(states);
    for (int64_t begin = 0; begin < states.size(0); begin += kChunk) {
      const int64_t end = std::min(begin + kChunk, states.size(0));
      const at::Tensor rows = states.slice(0, begin, end);
      const at::Tensor log_p = chunk_log_softmax(rows, table, temperature);  // [m, V]
      at::Tensor d_logits = log_p.exp();
      if (gradients[1].defined()) {
        // d logp / dz = onehot - p;  d H / dz = -p (log p + H)
        const at::Tensor g_entropy = gradients[1].slice(0, begin, end).unsqueeze(1);
        const at::Tensor h = entropy.slice(0, begin, end).unsqueeze(1);
        d_logits.mul_(-gradients[0].slice(0, begin, end).unsqueeze(1) - g_entropy * (log_p + h));
      } else {
        d_logits.mul_(-gradients[0].slice(0, begin, end).unsqueeze(1));
      }
      d_logits.scatter_add_(1, targets.slice(0, begin, end).unsqueeze(1), gradients[0].slice(0, begin, end).unsqueeze(1));
      const at::Tensor d = d_logits.div_(temperature).to(states.scalar_type());
      d_states.slice(0, begin, end).copy_(at::mm(d, table));
      if (parameter->trainable) parameter->gradient_sum().add_(at::mm(d.t(), rows));
    }
    return {d_states, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

TokenLogprobs token_logprobs(const at::Tensor& states, Parameter& output, const at::Tensor& targets, double temperature) {
  const auto results = ChunkedLogprobs::apply(states, output.compute, targets, temperature, &output);
  return {results[0], results[1]};
}

at::Tensor token_logits(const at::Tensor& states, const Parameter& output) {
  at::NoGradGuard no_grad;
  return at::mm(states, output.compute.t()).to(at::kFloat);
}

}  // namespace r2rank::model
