#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "baselines/neural/flat_parameters.h"

namespace r2rank::baselines {

/// y = x W + b with W [in, out] and b [out] in a FlatParameters. Gradients are those of the shared
/// parameters, at the same places.
class LinearLayer {
 public:
  LinearLayer() = default;
  LinearLayer(FlatParameters& parameters, const std::string& name, int64_t in, int64_t out,
              const FlatParameters::Draw& weight, const FlatParameters::Draw& bias);

  void refresh(const float* parameters);
  void forward(const float* parameters, const float* x, int64_t rows, float* y) const;
  /// Adds to gradients, and writes or adds the gradient of x where `x_gradients` is one.
  void backward(const float* x, const float* y_gradients, int64_t rows, float* gradients, float* x_gradients,
                bool accumulate) const;
  int64_t out() const { return out_; }
  int64_t weight_place() const { return weight_; }

 private:
  int64_t weight_ = 0, bias_ = 0, in_ = 0, out_ = 0;
  std::vector<float> transposed_;  // [out, in]
};

/// Layer normalisation (Ba et al. 2016) of rows, with gain and shift.
class NormLayer {
 public:
  /// What backward needs of one forward.
  struct Trace {
    std::vector<float> standard;  ///< [rows, D] before gain and shift
    std::vector<float> inverse;   ///< [rows] 1 / standard deviation
  };

  NormLayer() = default;
  NormLayer(FlatParameters& parameters, const std::string& name, int64_t width, double epsilon,
            const FlatParameters::Draw& gain, const FlatParameters::Draw& shift);

  /// In place.
  void forward(const float* parameters, float* x, int64_t rows, Trace& trace) const;
  /// In place: from the gradient of what forward wrote to that of what it was given.
  void backward(const float* parameters, float* x_gradients, int64_t rows, const Trace& trace,
                float* gradients) const;

 private:
  int64_t gain_ = 0, shift_ = 0, width_ = 0;
  float epsilon_ = 0;
};

}  // namespace r2rank::baselines
