#include "model/format/rope_scaling.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace r2rank::model {
namespace {

constexpr double kTolerance = 1e-4;  // relative; the converters compute in f32

double divisor(const ModelConfig& config, double wavelength) {
  const auto original = static_cast<double>(config.rope_original_positions);
  if (wavelength < original / config.rope_high_frequency) return 1;
  if (wavelength > original / config.rope_low_frequency) return config.rope_factor;
  const double span = config.rope_high_frequency - config.rope_low_frequency;
  const double smooth = (original / wavelength - config.rope_low_frequency) / span;
  return 1 / ((1 - smooth) / config.rope_factor + smooth);
}

bool equal(const std::vector<double>& expected, std::span<const float> stored) {
  if (expected.size() != stored.size()) return false;
  for (size_t i = 0; i < stored.size(); ++i)
    if (!(std::abs(stored[i] - expected[i]) <= kTolerance * expected[i])) return false;
  return true;
}

}  // namespace

std::vector<double> rope_divisors(const ModelConfig& config) {
  std::vector<double> divisors;
  for (int64_t i = 0; i < config.head_width / 2; ++i) {
    const double power = 2.0 * static_cast<double>(i) / static_cast<double>(config.head_width);
    divisors.push_back(divisor(config, 2 * std::numbers::pi * std::pow(config.rope_base, power)));
  }
  return divisors;
}

void recognise_rope_scaling(ModelConfig& config, std::span<const float> stored, const std::string& origin) {
  ModelConfig candidate = config;
  candidate.rope_low_frequency = 1;
  candidate.rope_high_frequency = 4;
  candidate.rope_original_positions = 8192;
  for (const double factor : {1.0, 8.0, 32.0}) {
    candidate.rope_factor = factor;
    if (!equal(rope_divisors(candidate), stored)) continue;
    config = candidate;
    return;
  }
  base::fail_data("gguf",
                  "{}: expected rope_freqs.weight to hold the frequency scaling of Llama 3.1 (factor 8) or "
                  "3.2 (factor 32), "
                  "found other values; use the model's Hugging Face folder, which names its scaling",
                  origin);
}

}  // namespace r2rank::model
