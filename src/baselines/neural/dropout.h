#pragma once

#include <cstdint>

#include "base/random.h"

namespace r2rank::baselines {

/// Dropout (Srivastava et al. 2014) whose mask is a function of (seed, step, site, row, column): backward
/// asks again instead of keeping it. A default one drops nothing.
class Dropout {
 public:
  Dropout() = default;
  /// `key` names the step and what else tells two passes apart.
  Dropout(double rate, uint64_t key) : rate_(rate), key_(key) {}

  bool active() const { return rate_ > 0; }
  Dropout with_rate(double rate) const { return {rate, key_}; }
  /// The same rate at another place of the network.
  Dropout at_site(uint64_t site) const { return {rate_, base::mix({key_, site})}; }

  /// Zeroes each of `width` numbers of a row with the rate and scales the others to keep the expectation.
  void apply(float* values, int64_t width, int64_t row) const {
    if (!active()) return;
    const auto row_key = static_cast<uint32_t>(base::mix({key_, static_cast<uint64_t>(row)}));
    const auto threshold = static_cast<uint32_t>(rate_ * 4294967296.0);
    const auto scale = static_cast<float>(1 / (1 - rate_));
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) {
      values[i] = hash(row_key + static_cast<uint32_t>(i) * 0x9E3779B9U) < threshold ? 0 : values[i] * scale;
    }
  }

 private:
  /// A bijection of 32 bits that mixes well (two rounds of xorshift and multiply, constants of C. Wellons'
  /// search, 2018).
  static uint32_t hash(uint32_t x) {
    x ^= x >> 16;
    x *= 0x7FEB352DU;
    x ^= x >> 15;
    x *= 0x846CA68BU;
    return x ^ (x >> 16);
  }

  double rate_ = 0;
  uint64_t key_ = 0;
};

}  // namespace r2rank::baselines
