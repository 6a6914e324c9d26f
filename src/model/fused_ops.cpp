#include "model/fused_ops.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "model/fast_exp.h"

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16;  // rows per task: a row is a few hundred elements

template <class Body>
void for_float_types(at::ScalarType type, Body body) {
  if (type == at::kFloat) return body(float{});
  R2RANK_CHECK(type == at::kBFloat16);
  body(at::BFloat16{});
}

// --- RMSNorm -----------------------------------------------------------------------------------------------------------

template <class T>
void rms_forward(const T* x, const T* weight, T* y, float* inverse_rms, int64_t rows, int64_t width, double epsilon) {
  at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* in = x + row * width;
      T* out = y + row * width;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < width; ++i) sum += static_cast<float>(in[i]) * static_cast<float>(in[i]);
      const auto inverse = static_cast<float>(1.0 / std::sqrt(sum / static_cast<double>(width) + epsilon));
      inverse_rms[row] = inverse;
#pragma omp simd
      for (int64_t i = 0; i < width; ++i)
        out[i] = static_cast<T>(static_cast<float>(in[i]) * inverse * static_cast<float>(weight[i]));
    }
  });
}

/// The gradient of the weight is summed in a fixed number of row blocks, so that it does not depend on the thread count.
constexpr int64_t kWeightBlocks = 16;

template <class T>
void rms_backward(const T* x, const T* weight, const float* inverse_rms, const T* dy, T* dx, float* d_weight, int64_t rows,
                  int64_t width) {
  std::vector<float> partial(kWeightBlocks * width, 0.0F);
  at::parallel_for(0, kWeightBlocks, 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block) {
      float* sums = partial.data() + block * width;
      for (int64_t row = block * rows / kWeightBlocks; row < (block + 1) * rows / kWeightBlocks; ++row) {
        const T *in = x + row * width, *grad = dy + row * width;
        const float r = inverse_rms[row];
        float dot = 0;
#pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < width; ++i)
          dot += static_cast<float>(grad[i]) * static_cast<float>(weight[i]) * static_cast<float>(in[i]);
        const float factor = dot * r * r * r / static_cast<float>(width);
        T* out = dx + row * width;
#pragma omp simd
        for (int64_t i = 0; i < width; ++i) {
          const auto g = static_cast<float>(grad[i]), value = static_cast<float>(in[i]);
          out[i] = static_cast<T>(g * static_cast<float>(weight[i]) * r - value * factor);
          sums[i] += g * value * r;
        }
      }
    }
  });
  for (int64_t block = 0; block < kWeightBlocks; ++block)
    for (int64_t i = 0; i < width; ++i) d_weight[i] += partial[block * width + i];
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    const int64_t width = x.size(-1), rows = x.numel() / width;
    at::Tensor y = at::empty_like(x), inverse = at::empty({rows}, x.options().dtype(at::kFloat));
    for_float_types(x.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      rms_forward(x.const_data_ptr<T>(), weight.const_data_ptr<T>(), y.mutable_data_ptr<T>(), inverse.mutable_data_ptr<float>(),
                  rows, width, epsilon);
    });
    context->save_for_backward({x, weight, inverse});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &inverse = saved[2];
    const at::Tensor dy = gradients[0].contiguous();
    at::Tensor dx = at::empty_like(x), d_weight = at::zeros({weight.size(0)}, x.options().dtype(at::kFloat));
    for_float_types(x.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      rms_backward(x.const_data_ptr<T>(), weight.const_data_ptr<T>(), inverse.const_data_ptr<float>(), dy.const_data_ptr<T>(),
                   dx.mutable_data_ptr<T>(), d_weight.mutable_data_ptr<float>(), x.numel() / weight.size(0), weight.size(0));
    });
    return {dx, d_weight.to(weight.scalar_type()), at::Tensor()};
  }
};

// --- SwiGLU ------------------------------------------------------------------------------------------------------------

/// One row of silu(gate) * up; `width` is F.
template <class T>
void swiglu_row(const T* gate, const T* up, T* out, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) {
    const auto value = static_cast<float>(gate[i]);
    out[i] = static_cast<T>(value / (1.0F + fast_exp(-value)) * static_cast<float>(up[i]));
  }
}

template <class T>
void swiglu_row_backward(const T* gate, const T* up, const T* grad, T* d_gate, T* d_up, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) {
    const auto value = static_cast<float>(gate[i]), g = static_cast<float>(grad[i]);
    const float sigmoid = 1.0F / (1.0F + fast_exp(-value));
    d_up[i] = static_cast<T>(g * value * sigmoid);
    d_gate[i] = static_cast<T>(g * static_cast<float>(up[i]) * sigmoid * (1.0F + value * (1.0F - sigmoid)));
  }
}

struct SwiGlu : torch::autograd::Function<SwiGlu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    const int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
    at::Tensor y = at::empty({rows, width}, gate_up.options());
    for_float_types(gate_up.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      const T* in = gate_up.const_data_ptr<T>();
      T* out = y.mutable_data_ptr<T>();
      at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
          swiglu_row(in + row * 2 * width, in + row * 2 * width + width, out + row * width, width);
      });
    });
    context->save_for_backward({gate_up});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor gate_up = context->get_saved_variables()[0], dy = gradients[0].contiguous();
    const int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
    at::Tensor d_gate_up = at::empty_like(gate_up);
    for_float_types(gate_up.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      const T *in = gate_up.const_data_ptr<T>(), *grad = dy.const_data_ptr<T>();
      T* out = d_gate_up.mutable_data_ptr<T>();
      at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t at = row * 2 * width;
          swiglu_row_backward(in + at, in + at + width, grad + row * width, out + at, out + at + width, width);
        }
      });
    });
    return {d_gate_up};
  }
};

// --- Rotary embedding --------------------------------------------------------------------------------------------------

/// direction +1 rotates, -1 rotates back (which is the gradient).
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, float direction) {
  const int64_t rows = x.size(0), heads = x.size(1), half = x.size(2) / 2;
  at::Tensor y = at::empty_like(x);
  const float *c = cos.const_data_ptr<float>(), *s = sin.const_data_ptr<float>();
  for_float_types(x.scalar_type(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row)
        for (int64_t head = 0; head < heads; ++head) {
          const int64_t at = (row * heads + head) * 2 * half;
#pragma omp simd
          for (int64_t i = 0; i < half; ++i) {
            const auto a = static_cast<float>(in[at + i]), b = static_cast<float>(in[at + half + i]);
            const float sine = direction * s[row * half + i], cosine = c[row * half + i];
            out[at + i] = static_cast<T>(a * cosine - b * sine);
            out[at + half + i] = static_cast<T>(b * cosine + a * sine);
          }
        }
    });
  });
  return y;
}

struct Rotary : torch::autograd::Function<Rotary> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
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
  return (wide * (wide.square().mean(-1, true) + epsilon).rsqrt() * weight.to(at::kFloat)).to(x.scalar_type());
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
