#include "model/tree_attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/error.h"
#include "model/attention_part.h"
#include "model/profile.h"
#include "model/tile_attention.h"

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using PrivatePart = AttentionPlan::PrivatePart;
using SharedPart = AttentionPlan::SharedPart;

/// Keys or values of n sequences, [n * T, kv_heads, d], with each head repeated for its group: [n, heads, T,
/// d].
at::Tensor repeat_heads(const at::Tensor& x, int64_t n, int64_t heads) {
  const int64_t length = x.size(0) / n, kv_heads = x.size(1), d = x.size(2);
  return x.reshape({n, length, kv_heads, 1, d})
      .expand({n, length, kv_heads, heads / kv_heads, d})
      .reshape({n, length, heads, d})
      .transpose(1, 2);
}

/// The reverse of repeat_heads for gradients: [n, heads, T, d] -> [n * T, kv_heads, d].
at::Tensor sum_groups(const at::Tensor& gradient, int64_t kv_heads) {
  const int64_t n = gradient.size(0), heads = gradient.size(1), length = gradient.size(2),
                d = gradient.size(3);
  return gradient.transpose(1, 2).reshape({n * length, kv_heads, heads / kv_heads, d}).sum(2);
}

at::Tensor as_batch(const at::Tensor& x, int64_t n) {  // [n * T, heads, d] -> [n, heads, T, d]
  return x.view({n, x.size(0) / n, x.size(1), x.size(2)}).transpose(1, 2);
}

at::Tensor as_rows(const at::Tensor& x) {  // [n, heads, T, d] -> [n * T, heads, d]
  return x.transpose(1, 2).reshape({-1, x.size(1), x.size(3)});
}

at::Tensor only_valid(const at::Tensor& rows, const PrivatePart& part) {
  return part.no_query_padding ? rows : rows.index_select(0, part.valid_rows);
}

/// Rows of `x` for a padded batch with the padding rows set to zero.
at::Tensor gather_zero_padded(const at::Tensor& x, const PrivatePart& part) {
  if (part.no_query_padding) return x.index_select(0, part.query_index);
  at::Tensor rows = at::zeros({part.query_index.size(0), x.size(1), x.size(2)}, x.options());
  rows.index_copy_(0, part.valid_rows, x.index_select(0, part.valid_queries));
  return rows;
}

struct Inputs {
  at::Tensor q, k, v;  // [N, heads, d], [N, kv_heads, d] twice

  AttentionPartResult attend_private(const PrivatePart& part) const {
    return attend(as_batch(q.index_select(0, part.query_index), part.nodes), keys(k, part), keys(v, part),
                  !part.mask.defined(), part.mask);
  }
  AttentionPartResult attend_shared(const SharedPart& part) const {
    return attend(as_batch(queries(q, part), 1), keys(k, part), keys(v, part), false, {});
  }
  at::Tensor keys(const at::Tensor& x, const PrivatePart& part) const {
    return repeat_heads(x.index_select(0, part.key_index), part.nodes, q.size(1));
  }
  at::Tensor keys(const at::Tensor& x, const SharedPart& part) const {
    return repeat_heads(x.slice(0, part.key_begin, part.key_end), 1, q.size(1));
  }
  static at::Tensor queries(const at::Tensor& x, const SharedPart& part) {
    return x.slice(0, part.query_begin, part.query_end);
  }
};

struct PlanHolder : torch::CustomClassHolder {
  explicit PlanHolder(std::shared_ptr<const AttentionPlan> held) : plan(std::move(held)) {}
  std::shared_ptr<const AttentionPlan> plan;
};

/// Attention by small products, node by node.
struct TiledTreeAttention : torch::autograd::Function<TiledTreeAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, const std::shared_ptr<const AttentionPlan>& plan) {
    const Mark mark("tree attention");
    const auto result = tile_attention(plan->nodes, q, k, v);
    context->save_for_backward({q, k, v, result.out, result.lse});
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<PlanHolder>(plan));
    return result.out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Mark mark("tree attention, backward");
    const auto saved = context->get_saved_variables();
    const auto holder =
        c10::static_intrusive_pointer_cast<PlanHolder>(context->saved_data["plan"].toCapsule());
    const auto g = tile_attention_backward(holder->plan->nodes, gradients[0], saved[0], saved[1], saved[2],
                                           saved[3], saved[4]);
    return {g.q, g.k, g.v, at::Tensor()};
  }
};

/// Attention by shared and private parts, merged by log-sum-exp.
struct CascadeTreeAttention : torch::autograd::Function<CascadeTreeAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, const std::shared_ptr<const AttentionPlan>& plan) {
    const Inputs in{q, k, v};
    at::Tensor out = at::empty_like(q);                                                 // [N, heads, d]
    at::Tensor lse = at::empty({q.size(0), q.size(1)}, q.options().dtype(at::kFloat));  // [N, heads]
    for (const auto& part : plan->private_parts) {
      const Mark mark("attention private");
      const auto result = in.attend_private(part);
      out.index_copy_(0, part.valid_queries, only_valid(as_rows(result.out), part));
      lse.index_copy_(0, part.valid_queries, only_valid(as_rows(result.lse.unsqueeze(-1)), part).squeeze(-1));
    }
    for (const auto& part : plan->shared) {
      const Mark mark("attention shared");
      const auto result = in.attend_shared(part);
      merge_attention(in.queries(out, part), in.queries(lse, part), as_rows(result.out),
                      as_rows(result.lse.unsqueeze(-1)).squeeze(-1));
    }
    context->save_for_backward({q, k, v, out, lse});
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<PlanHolder>(plan));
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Inputs in{saved[0], saved[1], saved[2]};
    const at::Tensor &out = saved[3], &lse = saved[4];
    const auto holder =
        c10::static_intrusive_pointer_cast<PlanHolder>(context->saved_data["plan"].toCapsule());
    const at::Tensor grad = gradients[0].contiguous();  // [N, heads, d]
    at::Tensor dq = at::zeros_like(in.q), dk = at::zeros_like(in.k), dv = at::zeros_like(in.v);
    for (const auto& part : holder->plan->private_parts) {
      const Mark mark("attention private, backward");
      const auto batch = [&](const at::Tensor& x) {
        return as_batch(x.index_select(0, part.query_index), part.nodes);
      };
      const auto g = attend_backward(as_batch(gather_zero_padded(grad, part), part.nodes), batch(in.q),
                                     in.keys(in.k, part), in.keys(in.v, part), batch(out),
                                     batch(lse.unsqueeze(-1)).squeeze(-1), !part.mask.defined(), part.mask);
      dq.index_add_(0, part.valid_queries, only_valid(as_rows(g.q), part));
      dk.index_add_(0, part.key_index, sum_groups(g.k, in.k.size(1)));
      dv.index_add_(0, part.key_index, sum_groups(g.v, in.k.size(1)));
    }
    for (const auto& part : holder->plan->shared) {
      const Mark mark("attention shared, backward");
      const auto batch = [&](const at::Tensor& x) { return as_batch(in.queries(x, part), 1); };
      const auto g = attend_backward(batch(grad), batch(in.q), in.keys(in.k, part), in.keys(in.v, part),
                                     batch(out), batch(lse.unsqueeze(-1)).squeeze(-1), false, {});
      in.queries(dq, part).add_(as_rows(g.q));
      dk.slice(0, part.key_begin, part.key_end).add_(sum_groups(g.k, in.k.size(1)));
      dv.slice(0, part.key_begin, part.key_end).add_(sum_groups(g.v, in.k.size(1)));
    }
    return {dq, dk, dv, at::Tensor()};
  }
};

}  // namespace

at::Tensor tree_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::shared_ptr<const AttentionPlan>& plan) {
  R2RANK_CHECK(q.size(0) == plan->tokens.size(0) && q.size(1) % k.size(1) == 0);
  if (plan->method == AttentionMethod::kTiles) return TiledTreeAttention::apply(q, k, v, plan);
  return CascadeTreeAttention::apply(q, k, v, plan);
}

}  // namespace r2rank::model
