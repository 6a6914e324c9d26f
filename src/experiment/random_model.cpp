#include "experiment/random_model.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::experiment {
namespace {

constexpr double kDeviation = 0.02;  // as models of this family are initialised

struct Size {
  const char* name;
  int64_t layers, width, heads, kv_heads, ffn_width, vocabulary;
};

constexpr Size kSizes[] = {
    {"29m", 6, 384, 6, 2, 1024, 49152},      // a sixth of SmolLM2
    {"135m", 30, 576, 9, 3, 1536, 49152},    // SmolLM2-135M
    {"360m", 32, 960, 15, 5, 2560, 49152},   // SmolLM2-360M
    {"1.2b", 16, 2048, 32, 8, 8192, 128256}  // Llama 3.2 1B
};

const Size& size_of(const std::string& name) {
  const auto* found =
      std::find_if(std::begin(kSizes), std::end(kSizes), [&](const Size& size) { return size.name == name; });
  if (found == std::end(kSizes))
    base::fail_usage("bench", "there is no random model of size '{}': choose {}", name,
                     fmt::join(random_model_sizes(), ", "));
  return *found;
}

at::Tensor random_weight(const std::string& name, const std::vector<int64_t>& shape) {
  if (name.find("norm") != std::string::npos) return at::ones(shape, at::kFloat);
  return at::randn(shape, at::kFloat).mul_(kDeviation);
}

}  // namespace

std::vector<std::string> random_model_sizes() {
  std::vector<std::string> names;
  for (const auto& size : kSizes) names.emplace_back(size.name);
  return names;
}

std::unique_ptr<model::LanguageModel> random_model(const std::string& size,
                                                   const model::ModelOptions& options, int64_t vocabulary) {
  const Size& chosen = size_of(size);
  model::ModelConfig config;
  config.family = "llama";
  config.layers = chosen.layers;
  config.width = chosen.width;
  config.heads = chosen.heads;
  config.kv_heads = chosen.kv_heads;
  config.head_width = chosen.width / chosen.heads;
  config.ffn_width = chosen.ffn_width;
  config.vocabulary = vocabulary > 0 ? vocabulary : chosen.vocabulary;
  config.max_positions = 8192;
  config.rope_base = 100000;
  config.tied_embeddings = true;
  return std::make_unique<model::LanguageModel>(config, random_weight, options);
}

}  // namespace r2rank::experiment
