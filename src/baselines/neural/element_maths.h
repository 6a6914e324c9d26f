#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "model/fast_exp.h"

namespace r2rank::baselines {

/// Functions of one number in operations a compiler turns into vector instructions; within 1e-6 of the exact
/// value, or of its size where that is above 1.

inline float sigmoid(float x) {
  return 1 / (1 + model::fast_exp(-x));
}

inline float hyperbolic_tangent(float x) {
  return 2 / (1 + model::fast_exp(-2 * x)) - 1;
}

/// The normal distribution's cumulative function: Abramowitz & Stegun 26.2.17 in the form of 7.1.26 for erf.
inline float normal_cdf(float x) {
  const float z = std::abs(x) * 0.70710678F;
  const float t = 1 / (1 + 0.3275911F * z);
  float p = 1.061405429F;
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const float tail = 0.5F * p * t * model::fast_exp(-z * z);
  return x < 0 ? tail : 1 - tail;
}

/// x Phi(x) (Hendrycks & Gimpel 2016), the exact form / its derivative.
inline float gelu(float x) {
  return x * normal_cdf(x);
}
inline float gelu_slope(float x) {
  return normal_cdf(x) + x * 0.39894228F * model::fast_exp(-0.5F * x * x);
}

}  // namespace r2rank::baselines
