#include "baselines/neural/dense_layers.h"

#include <cmath>

#include "baselines/neural/row_product.h"

namespace r2rank::baselines {

LinearLayer::LinearLayer(FlatParameters& parameters, const std::string& name, int64_t in, int64_t out,
                         const FlatParameters::Draw& weight, const FlatParameters::Draw& bias)
    : weight_(parameters.add(name + ".weight", {in, out}, weight)),
      bias_(parameters.add(name + ".bias", {out}, bias)),
      in_(in),
      out_(out),
      transposed_(in * out) {}

void LinearLayer::refresh(const float* parameters) {
  transpose(parameters + weight_, in_, out_, transposed_.data());
}

void LinearLayer::forward(const float* parameters, const float* x, int64_t rows, float* y) const {
  for (int64_t r = 0; r < rows; ++r) std::copy_n(parameters + bias_, out_, y + r * out_);
  multiply(rows_of(x, in_), parameters + weight_, out_, y, out_, rows, out_, in_, true);
}

void LinearLayer::backward(const float* x, const float* y_gradients, int64_t rows, float* gradients,
                           float* x_gradients, bool accumulate) const {
  multiply(columns_of(x, in_), y_gradients, out_, gradients + weight_, out_, in_, out_, rows, true);
  float* bias = gradients + bias_;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t i = 0; i < out_; ++i) bias[i] += y_gradients[r * out_ + i];
  if (x_gradients != nullptr) {
    multiply(rows_of(y_gradients, out_), transposed_.data(), in_, x_gradients, in_, rows, in_, out_,
             accumulate);
  }
}

NormLayer::NormLayer(FlatParameters& parameters, const std::string& name, int64_t width, double epsilon,
                     const FlatParameters::Draw& gain, const FlatParameters::Draw& shift)
    : gain_(parameters.add(name + ".weight", {width}, gain)),
      shift_(parameters.add(name + ".bias", {width}, shift)),
      width_(width),
      epsilon_(static_cast<float>(epsilon)) {}

void NormLayer::forward(const float* parameters, float* x, int64_t rows, Trace& trace) const {
  trace.standard.resize(rows * width_);
  trace.inverse.resize(rows);
  const float *gain = parameters + gain_, *shift = parameters + shift_;
  for (int64_t r = 0; r < rows; ++r) {
    float *row = x + r * width_, *standard = trace.standard.data() + r * width_;
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < width_; ++i) sum += row[i];
    const float mean = sum / static_cast<float>(width_);
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < width_; ++i) squares += (row[i] - mean) * (row[i] - mean);
    const float inverse = 1 / std::sqrt(squares / static_cast<float>(width_) + epsilon_);
    trace.inverse[r] = inverse;
#pragma omp simd
    for (int64_t i = 0; i < width_; ++i) {
      standard[i] = (row[i] - mean) * inverse;
      row[i] = standard[i] * gain[i] + shift[i];
    }
  }
}

void NormLayer::backward(const float* parameters, float* x_gradients, int64_t rows, const Trace& trace,
                         float* gradients) const {
  const float* gain = parameters + gain_;
  float *gain_gradient = gradients + gain_, *shift_gradient = gradients + shift_;
  for (int64_t r = 0; r < rows; ++r) {
    float* row = x_gradients + r * width_;
    const float* standard = trace.standard.data() + r * width_;
    float sum = 0, along = 0;
#pragma omp simd reduction(+ : sum, along)
    for (int64_t i = 0; i < width_; ++i) {
      gain_gradient[i] += row[i] * standard[i];
      shift_gradient[i] += row[i];
      row[i] *= gain[i];
      sum += row[i];
      along += row[i] * standard[i];
    }
    const float mean = sum / static_cast<float>(width_), slope = along / static_cast<float>(width_);
#pragma omp simd
    for (int64_t i = 0; i < width_; ++i) row[i] = trace.inverse[r] * (row[i] - mean - standard[i] * slope);
  }
}

}  // namespace r2rank::baselines
