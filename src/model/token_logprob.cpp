#include "model/token_logprob.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "model/fast_exp.h"
#include "model/float_rows.h"

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kChunk = 512;  // tokens: 512 x 49,152 logits are 50 MB in bf16

struct RowSums {
  float lse, entropy;
};

/// log sum exp of z = logits / temperature, and the entropy lse - sum p z.
RowSums sums_of(const float* logits, int64_t width, float inverse_temperature) {
  float top = -INFINITY;
#pragma omp simd reduction(max : top)
  for (int64_t v = 0; v < width; ++v) top = std::max(top, logits[v]);
  float sum = 0, weighted = 0;
#pragma omp simd reduction(+ : sum, weighted)
  for (int64_t v = 0; v < width; ++v) {
    const float z = (logits[v] - top) * inverse_temperature, e = fast_exp(z);
    sum += e;
    weighted += e * z;
  }
  const float log_sum = std::log(sum);
  return {top * inverse_temperature + log_sum, log_sum - weighted / sum};
}

/// d loss / d logits of one row: with g and h the gradients of log-probability and entropy,
/// d logp / dz = onehot - p and d H / dz = -p (log p + H).
void row_gradient(const float* logits, int64_t width, float inverse_temperature, RowSums sums, int64_t target,
                  float g, float h, float* out) {
#pragma omp simd
  for (int64_t v = 0; v < width; ++v) {
    const float log_p = logits[v] * inverse_temperature - sums.lse;
    out[v] = -(g + h * (log_p + sums.entropy)) * fast_exp(log_p) * inverse_temperature;
  }
  out[target] += g * inverse_temperature;
}

void chunk_forward(const at::Tensor& logits, const int64_t* targets, float inverse_temperature,
                   float* logprob, float* lse, float* entropy) {
  const int64_t width = logits.size(1);
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
    RowReader reader(logits, width);
    for (int64_t row = begin; row < end; ++row) {
      const float* in = reader.row(row);
      const RowSums sums = sums_of(in, width, inverse_temperature);
      logprob[row] = in[targets[row]] * inverse_temperature - sums.lse;
      lse[row] = sums.lse;
      entropy[row] = sums.entropy;
    }
  });
}

void chunk_forward_elsewhere(const at::Tensor& logits, const at::Tensor& targets, double temperature,
                             at::Tensor logprob, at::Tensor lse, at::Tensor entropy) {
  const at::Tensor z = logits.to(at::kFloat) / temperature, total = z.logsumexp(1);
  logprob.copy_(z.gather(1, targets.unsqueeze(1)).squeeze(1) - total);
  lse.copy_(total);
  entropy.copy_(total - ((z - total.unsqueeze(1)).exp() * z).sum(1));
}

/// [m, V] gradient of the logits of one chunk, in the type of the logits.
at::Tensor chunk_gradient(const at::Tensor& logits, const at::Tensor& targets, double temperature,
                          const at::Tensor& lse, const at::Tensor& entropy, const at::Tensor& g,
                          const at::Tensor& h) {
  if (!logits.device().is_cpu()) {
    const at::Tensor log_p = logits.to(at::kFloat) / temperature - lse.unsqueeze(1);
    at::Tensor d = -(g.unsqueeze(1) + h.unsqueeze(1) * (log_p + entropy.unsqueeze(1))) * log_p.exp();
    return (d.scatter_add_(1, targets.unsqueeze(1), g.unsqueeze(1)) / temperature).to(logits.scalar_type());
  }
  const int64_t width = logits.size(1);
  at::Tensor d = at::empty_like(logits);
  const auto inverse = static_cast<float>(1.0 / temperature);
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
    RowReader reader(logits, width);
    RowWriter writer(d, width);
    for (int64_t row = begin; row < end; ++row) {
      const RowSums sums{lse.const_data_ptr<float>()[row], entropy.const_data_ptr<float>()[row]};
      row_gradient(reader.row(row), width, inverse, sums, targets.const_data_ptr<int64_t>()[row],
                   g.const_data_ptr<float>()[row], h.const_data_ptr<float>()[row], writer.row(row));
      writer.done(row);
    }
  });
  return d;
}

struct ChunkedLogprobs : torch::autograd::Function<ChunkedLogprobs> {
  static variable_list forward(AutogradContext* context, const at::Tensor& states, const at::Tensor& table,
                               const at::Tensor& targets, double temperature, Parameter* parameter) {
    const int64_t count = states.size(0);
    at::Tensor logprob = at::empty({count}, states.options().dtype(at::kFloat));
    at::Tensor lse = at::empty_like(logprob), entropy = at::empty_like(logprob);
    for (int64_t begin = 0; begin < count; begin += kChunk) {
      const int64_t end = std::min(begin + kChunk, count);
      const at::Tensor logits = parameter->packed.product(table, states.slice(0, begin, end));
      const auto part = [&](at::Tensor& values) { return values.slice(0, begin, end); };
      if (logits.device().is_cpu())
        chunk_forward(logits, targets.const_data_ptr<int64_t>() + begin,
                      static_cast<float>(1.0 / temperature), logprob.mutable_data_ptr<float>() + begin,
                      lse.mutable_data_ptr<float>() + begin, entropy.mutable_data_ptr<float>() + begin);
      else
        chunk_forward_elsewhere(logits, targets.slice(0, begin, end), temperature, part(logprob), part(lse),
                                part(entropy));
    }
    context->save_for_backward({states, table, targets, lse, entropy});
    context->saved_data["temperature"] = temperature;
    context->saved_data["parameter"] = reinterpret_cast<int64_t>(parameter);
    return {logprob, entropy};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &states = saved[0], &table = saved[1], &targets = saved[2];
    const double temperature = context->saved_data["temperature"].toDouble();
    auto* parameter = reinterpret_cast<Parameter*>(context->saved_data["parameter"].toInt());
    const auto or_zeros = [&](const at::Tensor& gradient) {
      return gradient.defined() ? gradient.contiguous() : at::zeros_like(saved[3]);
    };
    const at::Tensor g = or_zeros(gradients[0]), h = or_zeros(gradients[1]);
    at::Tensor d_states = at::empty_like(states);
    for (int64_t begin = 0; begin < states.size(0); begin += kChunk) {
      const int64_t end = std::min(begin + kChunk, states.size(0));
      const auto part = [&](const at::Tensor& values) { return values.slice(0, begin, end); };
      const at::Tensor logits = parameter->packed.product(table, part(states));
      const at::Tensor d = chunk_gradient(logits, part(targets), temperature, part(saved[3]), part(saved[4]),
                                          part(g), part(h));
      d_states.slice(0, begin, end).copy_(parameter->packed.transposed_product(table, d));
      if (parameter->trainable) parameter->gradient_sum().add_(at::mm(d.t(), part(states)));
    }
    return {d_states, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

TokenLogprobs token_logprobs(const at::Tensor& states, Parameter& output, const at::Tensor& targets,
                             double temperature) {
  const auto results =
      ChunkedLogprobs::apply(states.contiguous(), output.compute, targets.contiguous(), temperature, &output);
  return {results[0], results[1]};
}

at::Tensor token_logits(const at::Tensor& states, const Parameter& output) {
  at::NoGradGuard no_grad;
  return output.packed.product(output.compute, states.contiguous());
}

}  // namespace r2rank::model
