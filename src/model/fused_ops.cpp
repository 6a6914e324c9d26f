#include "model/fused_ops.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
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
  const at::Tensor wide = values.to(at::kFloat).contiguous();
  return {wide.const_data_ptr<float>(), wide.const_data_ptr<float>() + wide.numel()};
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

/// The gradient of the weight is summed in a fixed number of row blocks, so that it does not depend on the
/// thread count.
constexpr int64_t kWeightBlocks = 16;

at::Tensor rms_backward(const at::Tensor& x, const at::Tensor& weight, const float* inverse,
                        const at::Tensor& dy, at::Tensor& dx) {
  const int64_t width = weight.size(0), rows = x.numel() / width;
  const auto w = as_floats(weight);
  at::Tensor partial = at::zeros({kWeightBlocks, width}, x.options().dtype(at::kFloat));
  auto* sums = partial.mutable_data_ptr<float>();
  at::parallel_for(0, kWeightBlocks, 1, [&](int64_t first, int64_t last) {
    RowReader in(x, width), grad(dy, width);
    RowWriter out(dx, width);
    for (int64_t row = first * rows / kWeightBlocks, block = first; block < last; ++block)
      for (const int64_t end = (block + 1) * rows / kWeightBlocks; row < end; ++row) {
        rms_row_backward(in.row(row), w.data(), grad.row(row), inverse[row], out.row(row),
                         sums + block * width, width);
        out.done(row);
      }
  });
  return partial.sum(0);
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            double epsilon) {
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
    context->save_for_backward({x, weight, inverse});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    at::Tensor dx = at::empty_like(saved[0]);
    const at::Tensor d_weight =
        rms_backward(saved[0], saved[1], saved[2].const_data_ptr<float>(), gradients[0].contiguous(), dx);
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
    context->save_for_backward({gate_up});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
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

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (x.device().is_cpu()) return RmsNorm::apply(x.contiguous(), weight, epsilon);
  const at::Tensor wide = x.to(at::kFloat);
  return (wide * (wide.square().mean(-1, true) + epsilon).rsqrt() * weight.to(at::kFloat))
      .to(x.scalar_type());
}

at::Tensor swiglu(const at::Tensor& gate_up) {
  if (gate_up.device().is_cpu()) return SwiGlu::apply(gate_up.contiguous());
  const auto halves = gate_up.to(at::kFloat).chunk(2, 1);
  return (at::silu(halves[0]) * halves[1]).to(gate_up.scalar_type());
}

at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  if (x.device().is_cpu()) return Rotary::apply(x, cos, sin);
  const auto halves = x.to(at::kFloat).chunk(2, -1);
  const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);
  return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1).to(x.scalar_type());
}

}  // namespace r2rank::model
