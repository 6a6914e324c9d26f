#include "baselines/neural/adam_table.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace r2rank::baselines {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
constexpr int64_t kGrain = 512;  // rows

struct StepFactors {
  float rate;         // learning rate / (1 - beta1^t)
  float root_factor;  // 1 / sqrt(1 - beta2^t)
};

void move_row(float* value, float* first, float* second, const float* gradient, int64_t width,
              const StepFactors& factors) {
  constexpr auto kB1 = static_cast<float>(kBeta1), kB2 = static_cast<float>(kBeta2);
  constexpr auto kRest1 = static_cast<float>(1 - kBeta1), kRest2 = static_cast<float>(1 - kBeta2);
  constexpr auto kTiny = static_cast<float>(kEpsilon);
#pragma omp simd
  for (int64_t c = 0; c < width; ++c) {
    const float m = kB1 * first[c] + kRest1 * gradient[c];
    const float v = kB2 * second[c] + kRest2 * gradient[c] * gradient[c];
    first[c] = m;
    second[c] = v;
    value[c] -= factors.rate * m / (std::sqrt(v) * factors.root_factor + kTiny);
  }
}

bool is_zero(const float* row, int64_t width) {
  return std::all_of(row, row + width, [](float value) { return value == 0; });
}

template <class Draw>
at::Tensor fill_rows(int64_t rows, int64_t width, uint64_t seed, uint64_t key, Draw&& draw) {
  at::Tensor table = at::empty({rows, width}, at::kFloat);  // [rows, D]
  float* out = table.data_ptr<float>();
  for (int64_t row = 0; row < rows; ++row) {
    base::RandomStream stream(seed, base::Purpose::kInit, key, static_cast<uint64_t>(row));
    for (int64_t c = 0; c < width; ++c) out[row * width + c] = static_cast<float>(draw(stream));
  }
  return table;
}

}  // namespace

AdamTable::AdamTable(at::Tensor values, double learning_rate)
    : values_(std::move(values)),
      first_(at::zeros_like(values_)),
      second_(at::zeros_like(values_)),
      last_(values_.size(0), 0),
      learning_rate_(learning_rate) {
  R2RANK_CHECK(values_.is_contiguous() && values_.scalar_type() == at::kFloat && values_.dim() == 2);
}

void AdamTable::wake(int64_t row, int64_t rested) {
  first_[row].mul_(std::pow(kBeta1, rested));
  second_[row].mul_(std::pow(kBeta2, rested));
}

template <class RowOf>
void AdamTable::step_rows(RowOf&& gradient_row) {
  ++steps_;
  const auto steps = static_cast<double>(steps_);
  const StepFactors factors{static_cast<float>(learning_rate_ / (1 - std::pow(kBeta1, steps))),
                            static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, steps)))};
  const int64_t width = values_.size(1);
  const std::vector<float> none(width, 0.0F);
  float* values = values_.data_ptr<float>();
  float* first = first_.data_ptr<float>();
  float* second = second_.data_ptr<float>();
  at::parallel_for(0, values_.size(0), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* gradient = gradient_row(row);
      if (gradient != nullptr && is_zero(gradient, width)) gradient = nullptr;
      const int64_t idle = steps_ - last_[row] - 1;  // whole steps without a gradient before this one
      if (gradient == nullptr && (last_[row] == 0 || idle >= kAwake)) continue;
      if (gradient != nullptr) {
        if (last_[row] > 0 && idle > kAwake) wake(row, idle - kAwake);
        last_[row] = steps_;
      }
      const int64_t start = row * width;
      move_row(values + start, first + start, second + start, gradient != nullptr ? gradient : none.data(),
               width, factors);
    }
  });
}

void AdamTable::step(const at::Tensor& gradient) {
  const float* data = gradient.const_data_ptr<float>();
  const int64_t width = values_.size(1);
  R2RANK_CHECK(gradient.sizes() == values_.sizes());
  step_rows([&](int64_t row) { return data + row * width; });
}

void AdamTable::step(const RowSubset& gradient) {
  const float* data = gradient.values.const_data_ptr<float>();
  const int64_t width = values_.size(1);
  step_rows([&](int64_t row) -> const float* {
    return gradient.place[row] < 0 ? nullptr : data + gradient.place[row] * width;
  });
}

at::Tensor xavier_uniform_table(int64_t rows, int64_t width, uint64_t seed, uint64_t key) {
  const double bound = std::sqrt(6 / static_cast<double>(rows + 1 + width));
  return fill_rows(rows, width, seed, key,
                   [&](base::RandomStream& stream) { return (2 * stream.uniform() - 1) * bound; });
}

at::Tensor xavier_normal_table(int64_t rows, int64_t width, uint64_t seed, uint64_t key) {
  const double deviation = std::sqrt(2 / static_cast<double>(rows + 1 + width));
  return fill_rows(rows, width, seed, key,
                   [&](base::RandomStream& stream) { return stream.normal() * deviation; });
}

}  // namespace r2rank::baselines
