#pragma once

#include <cstdint>

namespace r2rank::baselines {

/// Sums over one row of `width` numbers, in a loop that becomes vector instructions.

inline float dot(const float* a, const float* b, int64_t width) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += a[i] * b[i];
  return sum;
}

inline void add_into(float* to, const float* from, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) to[i] += from[i];
}

inline void add_scaled(float* to, const float* from, float factor, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) to[i] += factor * from[i];
}

}  // namespace r2rank::baselines
