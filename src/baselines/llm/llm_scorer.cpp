#include "baselines/llm/llm_scorer.h"

#include <algorithm>
#include <cmath>

namespace r2rank::baselines {
namespace {

constexpr size_t kSampledSlates = 32;
// The shares that experiment/cost.cpp uses; few rows are written at once, so that writing waits for memory.
constexpr double kReadShare = 0.7, kWriteShare = 0.1;

}  // namespace

int64_t LlmWork::tokens() const {
  return std::llround(static_cast<double>(slates) * (read_per_slate + written_per_slate));
}

double seconds_of(const LlmWork& work, const model::ModelConfig& config, double product_speed) {
  const auto width = static_cast<double>(config.width), layers = static_cast<double>(config.layers);
  const auto heads = static_cast<double>((2 * config.heads + 2 * config.kv_heads) * config.head_width);
  const double blocks = layers * width * (heads + 3 * static_cast<double>(config.ffn_width));
  const double output = width * static_cast<double>(config.vocabulary);
  const double each = 2 * blocks * work.read_per_slate / (product_speed * kReadShare) +
                      2 * (blocks + output) * work.written_per_slate / (product_speed * kWriteShare);
  return static_cast<double>(work.slates) * each;
}

std::span<const data::Slate> sample_of(std::span<const data::Slate> slates) {
  return slates.first(std::min(slates.size(), kSampledSlates));
}

}  // namespace r2rank::baselines
