#include "model/fused_ops.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "model/fast_exp.h"
#include "model/float_rows.h"
#include "model/profile.h"

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16;  // rows per task: a row is a few hundred elements

std::vector<float> as_floats(const at::Tensor& values) {
  RowReader reader(values, values.numel());
  const float* row = reader.row(0);
  return {row, row + values.numel()};
}

// --- RMSNorm

/// Writes one normalised row and returns 1 / rms.
float rms_row(const float* x, const float* weight, float* y, int64_t width, double epsilon) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += x[i] * x[i];
  const auto inverse = static_cast<float>(1.0 / std::sqrt(sum / static_cast<double>(width) + epsilon));
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) y[i] = x[i] * inverse * weight[i];
  return inverse;
}

/// dx = r (w dy) - x r^3 / D sum(w dy x); adds x r dy to the weight's gradient.
void rms_row_backward(const float* x, const float* weight, const float* dy, float r, float* dx,
                      float* d_weight, int64_t width) {
  float dot = 0;
#pragma omp simd reduction(+ : dot)
  for (int64_t i = 0; i < width; ++i) dot += dy[i] * weight[i] * x[i];
  const float factor = dot * r * r * r / static_cast<float>(width);
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) {
    dx[i] = dy[i] * weight[i] * r - x[i] * factor;
    d_weight[i] += dy[i] * x[i] * r;
  }
}

void add_row(const float* x, float* sum, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) sum[i] += x[i];
}

/// The gradient of the weight is summed in a fixed number of row blocks, so that it does not depend on the
/// thread count.
constexpr int64_t kWeightBlocks = 16;

/// `passed` is a gradient that reaches x another way and is added to dx, or undefined.
at::Tensor rms_backward(const at::Tensor& x, const at::Tensor& weight, const float* inverse,
                        const at::Tensor& dy, const at::Tensor& passed, at::Tensor& dx) {
  const int64_t width = weight.size(0), rows = x.numel() / width;
  const auto w = as_floats(weight);
  at::Tensor partial = at::zeros({kWeightBlocks, width}, x.options().dtype(at::kFloat));
  auto* sums = partial.mutable_data_ptr<float>();
  at::parallel_for(0, kWeightBlocks, 1, [&](int64_t first, int64_t last) {
    RowReader in(x, width), grad(dy, width), beside(passed.defined() ? passed : dy, width);
    RowWriter out(dx, width);
    for (int64_t row = first * rows / kWeightBlocks, block = first; block < last; ++block)
      for (const int64_t end = (block + 1) * rows / kWeightBlocks; row < end; ++row) {
        rms_row_backward(in.row(row), w.data(), grad.row(row), inverse[row], out.row(row),
                         sums + block * width, width);
        if (passed.defined()) add_row(beside.row(row), out.row(row), width);
        out.done(row);
      }
  });
  return partial.sum(0);
}

/// y and, for each row, 1 / rms.
std::pair<at::Tensor, at::Tensor> rms_forward(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const Mark mark("rms_norm");
  const int64_t width = x.size(-1), rows = x.numel() / width;
  at::Tensor y = at::empty_like(x), inverse = at::empty({rows}, x.options().dtype(at::kFloat));
  const auto w = as_floats(weight);
  at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
    RowReader in(x, width);
    RowWriter out(y, width);
    for (int64_t row = begin; row < end; ++row) {
      inverse.mutable_data_ptr<float>()[row] = rms_row(in.row(row), w.data(), out.row(row), width, epsilon);
      out.done(row);
    }
  });
  return {y, inverse};
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            double epsilon) {
    const auto [y, inverse] = rms_forward(x, weight, epsilon);
    context->save_for_backward({x, weight, inverse});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    at::Tensor dx = at::empty_like(saved[0]);
    const at::Tensor d_weight =
        rms_backward(saved[0], saved[1], saved[2].const_data_ptr<float>(), gradients[0].contiguous(), {}, dx);
    return {dx, d_weight.to(saved[1].scalar_type()), at::Tensor()};
  }
};

struct RmsNormAndInput : torch::autograd::Function<RmsNormAndInput> {
  static variable_list forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                               double epsilon) {
    const auto [y, inverse] = rms_forward(x, weight, epsilon);
    context->save_for_backward({x, weight, inverse});
    return {x.view_as(x), y};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Mark mark("rms_norm, backward");
    const auto saved = context->get_saved_variables();
    at::Tensor dx = at::empty_like(saved[0]);
    const at::Tensor passed = gradients[0].defined() ? gradients[0].contiguous() : at::Tensor();
    const at::Tensor d_weight = rms_backward(saved[0], saved[1], saved[2].const_data_ptr<float>(),
                                             gradients[1].contiguous(), passed, dx);
    return {dx, d_weight.to(saved[1].scalar_type()), at::Tensor()};
  }
};

// --- SwiGLU

void swiglu_row(const float* gate, const float* up, float* y, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) y[i] = gate[i] / (1.0F + fast_exp(-gate[i])) * up[i];
}

void swiglu_row_backward(const float* gate, const float* up, const float* dy, float* d_gate, float* d_up,
                         int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) {
    const float sigmoid = 1.0F / (1.0F + fast_exp(-gate[i]));
    d_up[i] = dy[i] * gate[i] * sigmoid;
    d_gate[i] = dy[i] * up[i] * sigmoid * (1.0F + gate[i] * (1.0F - sigmoid));
  }
}

struct SwiGlu : torch::autograd::Function<SwiGlu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    context->save_for_backward({gate_up});
    return value(gate_up);
  }

  static at::Tensor value(const at::Tensor& gate_up) {
    const Mark mark("swiglu");
    const int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
    at::Tensor y = at::empty({rows, width}, gate_up.options());
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      RowReader in(gate_up, 2 * width);
      RowWriter out(y, width);
      for (int64_t row = begin; row < end; ++row) {
        const float* both = in.row(row);
        swiglu_row(both, both + width, out.row(row), width);
        out.done(row);
      }
    });
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Mark mark("swiglu, backward");
    const at::Tensor gate_up = context->get_saved_variables()[0], dy = gradients[0].contiguous();
    const int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
    at::Tensor d_gate_up = at::empty_like(gate_up);
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      RowReader in(gate_up, 2 * width), grad(dy, width);
      RowWriter out(d_gate_up, 2 * width);
      for (int64_t row = begin; row < end; ++row) {
        const float* both = in.row(row);
        float* d_both = out.row(row);
        swiglu_row_backward(both, both + width, grad.row(row), d_both, d_both + width, width);
        out.done(row);
      }
    });
    return {d_gate_up};
  }
};

// --- Rotary embedding

/// One token: every head's halves turned by the token's angles.
void rotate_row(const float* x, const float* cos, const float* sin, float direction, float* y, int64_t heads,
                int64_t half) {
  for (int64_t head = 0; head < heads; ++head) {
    const float *a = x + head * 2 * half, *b = a + half;
    float *ya = y + head * 2 * half, *yb = ya + half;
#pragma omp simd
    for (int64_t i = 0; i < half; ++i) {
      ya[i] = a[i] * cos[i] - b[i] * direction * sin[i];
      yb[i] = b[i] * cos[i] + a[i] * direction * sin[i];
    }
  }
}

/// direction +1 rotates, -1 rotates back (which is the gradient).
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, float direction) {
  const int64_t rows = x.size(0), heads = x.size(1), half = x.size(2) / 2, width = heads * 2 * half;
  at::Tensor y = at::empty_like(x);
  const float *c = cos.const_data_ptr<float>(), *s = sin.const_data_ptr<float>();
  at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
    RowReader in(x, width);
    RowWriter out(y, width);
    for (int64_t row = begin; row < end; ++row) {
      rotate_row(in.row(row), c + row * half, s + row * half, direction, out.row(row), heads, half);
      out.done(row);
    }
  });
  return y;
}

struct Rotary : torch::autograd::Function<Rotary> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos,
                            const at::Tensor& sin) {
    const Mark mark("rotary");
    context->save_for_backward({cos, sin});
    return rotate(x.contiguous(), cos, sin, 1.0F);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {rotate(gradients[0].contiguous(), saved[0], saved[1], -1.0F), at::Tensor(), at::Tensor()};
  }
};

// --- The fused product of queries, keys and values

/// Where one token's part of the fused product lies.
struct QkvShape {
  int64_t heads, kv_heads, half;
  int64_t q() const { return heads * 2 * half; }
  int64_t kv() const { return kv_heads * 2 * half; }
  int64_t width() const { return q() + 2 * kv(); }
};

struct SplitAndRotate : torch::autograd::Function<SplitAndRotate> {
  static variable_list forward(AutogradContext* context, const at::Tensor& packed, const at::Tensor& cos,
                               const at::Tensor& sin, int64_t heads, int64_t kv_heads) {
    context->save_for_backward({cos, sin});
    context->saved_data["heads"] = heads;
    context->saved_data["kv_heads"] = kv_heads;
    return take_apart(packed, cos, sin, {heads, kv_heads, cos.size(1)});
  }

  static variable_list take_apart(const at::Tensor& packed, const at::Tensor& cos, const at::Tensor& sin,
                                  const QkvShape& shape) {
    const Mark mark("rotary");
    const int64_t rows = packed.size(0), d = 2 * shape.half;
    at::Tensor q = at::empty({rows, shape.heads, d}, packed.options()),
               k = at::empty({rows, shape.kv_heads, d}, packed.options()), v = at::empty_like(k);
    const float *c = cos.const_data_ptr<float>(), *s = sin.const_data_ptr<float>();
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      RowReader in(packed, shape.width());
      RowWriter q_out(q, shape.q()), k_out(k, shape.kv()), v_out(v, shape.kv());
      for (int64_t row = begin; row < end; ++row) {
        const float *x = in.row(row), *cr = c + row * shape.half, *sr = s + row * shape.half;
        rotate_row(x, cr, sr, 1, q_out.row(row), shape.heads, shape.half);
        rotate_row(x + shape.q(), cr, sr, 1, k_out.row(row), shape.kv_heads, shape.half);
        std::copy_n(x + shape.q() + shape.kv(), shape.kv(), v_out.row(row));
        q_out.done(row);
        k_out.done(row);
        v_out.done(row);
      }
    });
    return {q, k, v};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Mark mark("rotary, backward");
    const auto saved = context->get_saved_variables();
    const QkvShape shape{context->saved_data["heads"].toInt(), context->saved_data["kv_heads"].toInt(),
                         saved[0].size(1)};
    const at::Tensor dq = gradients[0].contiguous(), dk = gradients[1].contiguous(),
                     dv = gradients[2].contiguous();
    const int64_t rows = dq.size(0);
    at::Tensor packed = at::empty({rows, shape.width()}, dq.options());
    const float *c = saved[0].const_data_ptr<float>(), *s = saved[1].const_data_ptr<float>();
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      RowReader q_in(dq, shape.q()), k_in(dk, shape.kv()), v_in(dv, shape.kv());
      RowWriter out(packed, shape.width());
      for (int64_t row = begin; row < end; ++row) {
        const float *cr = c + row * shape.half, *sr = s + row * shape.half;
        float* x = out.row(row);
        rotate_row(q_in.row(row), cr, sr, -1, x, shape.heads, shape.half);
        rotate_row(k_in.row(row), cr, sr, -1, x + shape.q(), shape.kv_heads, shape.half);
        std::copy_n(v_in.row(row), shape.kv(), x + shape.q() + shape.kv());
        out.done(row);
      }
    });
    return {packed, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

Normed rms_norm_and_input(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (!x.device().is_cpu()) return {x, rms_norm(x, weight, epsilon)};
  if (!at::GradMode::is_enabled()) return {x, rms_forward(x.contiguous(), weight, epsilon).first};
  const auto results = RmsNormAndInput::apply(x.contiguous(), weight, epsilon);
  return {results[0], results[1]};
}

Qkv split_and_rotate(const at::Tensor& packed, const at::Tensor& cos, const at::Tensor& sin, int64_t heads,
                     int64_t kv_heads) {
  if (packed.device().is_cpu()) {
    const auto parts =
        at::GradMode::is_enabled()
            ? SplitAndRotate::apply(packed.contiguous(), cos, sin, heads, kv_heads)
            : SplitAndRotate::take_apart(packed.contiguous(), cos, sin, {heads, kv_heads, cos.size(1)});
    return {parts[0], parts[1], parts[2]};
  }
  const int64_t rows = packed.size(0), d = 2 * cos.size(1);
  const auto parts = packed.split_with_sizes({heads * d, kv_heads * d, kv_heads * d}, 1);
  return {rotary(parts[0].reshape({rows, heads, d}), cos, sin),
          rotary(parts[1].reshape({rows, kv_heads, d}), cos, sin), parts[2].reshape({rows, kv_heads, d})};
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (x.device().is_cpu() && !at::GradMode::is_enabled())
    return rms_forward(x.contiguous(), weight, epsilon).first;
  if (x.device().is_cpu()) return RmsNorm::apply(x.contiguous(), weight, epsilon);
  return at::rms_norm(x, weight.sizes(), weight.to(x.scalar_type()), epsilon);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
  if (gate_up.device().is_cpu() && !at::GradMode::is_enabled()) return SwiGlu::value(gate_up.contiguous());
  if (gate_up.device().is_cpu()) return SwiGlu::apply(gate_up.contiguous());
  const auto halves = gate_up.chunk(2, 1);
  return at::silu(halves[0]) * halves[1];
}

at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  if (x.device().is_cpu()) return Rotary::apply(x, cos, sin);
  const auto halves = x.to(at::kFloat).chunk(2, -1);
  const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);
  return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1).to(x.scalar_type());
}

}  // namespace r2rank::model
