#include "model/attention_part.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <optional>

namespace r2rank::model {
namespace {

std::optional<at::Tensor> optional_mask(const at::Tensor& mask) {
  return mask.defined() ? std::optional<at::Tensor>(mask) : std::nullopt;
}

double scale_of(const at::Tensor& q) {
  return 1.0 / std::sqrt(static_cast<double>(q.size(-1)));
}

at::Tensor plain_scores(const at::Tensor& q, const at::Tensor& k, bool causal, const at::Tensor& mask) {
  at::Tensor scores = at::matmul(q.to(at::kFloat), k.to(at::kFloat).transpose(-2, -1)) * scale_of(q);
  if (mask.defined()) scores = scores + mask.to(at::kFloat);
  if (!causal) return scores;
  const at::Tensor hidden = at::ones({q.size(-2), k.size(-2)}, scores.options().dtype(at::kBool)).triu(1);
  return scores.masked_fill(hidden, -std::numeric_limits<float>::infinity());
}

/// The kernels that libtorch brings for GPUs take half types; what is f32 there takes plain operations.
bool has_gpu_kernel(const at::Tensor& q) {
  return q.device().is_cuda() && (q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf) &&
         q.size(-1) % 8 == 0;
}

/// The memory-efficient kernel wants rows of the mask that begin at multiples of 16 elements, and one mask a
/// head.
at::Tensor aligned_mask(const at::Tensor& mask, const at::Tensor& q, const at::Tensor& k) {
  const int64_t keys = k.size(-2), beyond = (16 - keys % 16) % 16;
  const at::Tensor typed = mask.to(q.scalar_type());  // before padding: a copy of a slice is dense again
  const at::Tensor padded = beyond == 0 ? typed : at::constant_pad_nd(typed, {0, beyond}).slice(-1, 0, keys);
  return padded.expand({q.size(0), q.size(1), q.size(2), keys});
}

AttentionPartResult attend_on_gpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                                  const at::Tensor& mask) {
  if (!mask.defined()) {
    const auto result = at::_scaled_dot_product_flash_attention(q, k, v, 0.0, causal);
    return {std::get<0>(result), std::get<1>(result)};
  }
  const auto result = at::_scaled_dot_product_efficient_attention(q, k, v, aligned_mask(mask, q, k), true);
  return {std::get<0>(result), std::get<1>(result).slice(-1, 0, q.size(-2))};
}

AttentionPartGradients attend_on_gpu_backward(const at::Tensor& grad_out, const at::Tensor& q,
                                              const at::Tensor& k, const at::Tensor& v, const at::Tensor& out,
                                              const at::Tensor& lse, bool causal, const at::Tensor& mask) {
  const at::Tensor no_seed = at::zeros({2}, q.options().dtype(at::kLong));  // dropout draws none
  if (!mask.defined()) {
    auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_backward(
        grad_out, q, k, v, out, lse.contiguous(), {}, {}, q.size(-2), k.size(-2), 0.0, causal, no_seed,
        no_seed);
    return {dq, dk, dv};
  }
  const int64_t beyond = (32 - q.size(-2) % 32) % 32;  // as the kernel's own sums are padded
  auto [dq, dk, dv, unused] = at::_scaled_dot_product_efficient_attention_backward(
      grad_out, q, k, v, aligned_mask(mask, q, k), out, at::constant_pad_nd(lse, {0, beyond}).contiguous(),
      no_seed[0], no_seed[1], 0.0, {true, true, true, false});
  return {dq, dk, dv};
}

}  // namespace

AttentionPartResult attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                           const at::Tensor& mask) {
  if (q.device().is_cpu()) {
    auto [out, lse] =
        at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, optional_mask(mask));
    return {out, lse};
  }
  if (has_gpu_kernel(q)) return attend_on_gpu(q, k, v, causal, mask);
  const at::Tensor scores = plain_scores(q, k, causal, mask);
  const at::Tensor lse = scores.logsumexp(-1);
  const at::Tensor weights = (scores - lse.unsqueeze(-1)).exp();
  return {at::matmul(weights, v.to(at::kFloat)).to(q.scalar_type()), lse};
}

AttentionPartGradients attend_backward(const at::Tensor& grad_out, const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v, const at::Tensor& out, const at::Tensor& lse,
                                       bool causal, const at::Tensor& mask) {
  if (q.device().is_cpu()) {
    auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        grad_out, q, k, v, out, lse, 0.0, causal, optional_mask(mask));
    return {dq, dk, dv};
  }
  if (has_gpu_kernel(q)) return attend_on_gpu_backward(grad_out, q, k, v, out, lse, causal, mask);
  const at::Tensor grad = grad_out.to(at::kFloat);
  const at::Tensor weights = (plain_scores(q, k, causal, mask) - lse.unsqueeze(-1)).exp();
  const at::Tensor row = (grad * out.to(at::kFloat)).sum(-1, true);
  const at::Tensor d_scores =
      weights * (at::matmul(grad, v.to(at::kFloat).transpose(-2, -1)) - row) * scale_of(q);
  return {at::matmul(d_scores, k.to(at::kFloat)).to(q.scalar_type()),
          at::matmul(d_scores.transpose(-2, -1), q.to(at::kFloat)).to(q.scalar_type()),
          at::matmul(weights.transpose(-2, -1), grad).to(q.scalar_type())};
}

void merge_attention(at::Tensor out, at::Tensor lse, const at::Tensor& part_out, const at::Tensor& part_lse) {
  const at::Tensor total = at::logaddexp(lse, part_lse);  // [M, heads]
  const at::Tensor keep = (lse - total).exp_().unsqueeze(-1);
  const at::Tensor add = (part_lse - total).exp_().unsqueeze(-1);
  out.copy_(out.to(at::kFloat).mul(keep).addcmul_(part_out.to(at::kFloat), add));  // [M, heads, d]
  lse.copy_(total);
}

}  // namespace r2rank::model
