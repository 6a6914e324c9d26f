#pragma once

// Test support: a decoder's cache that grows while rows come and go.

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "model/decode_cache.h"
#include "model/golden_models.h"

namespace r2rank::model::testing {

/// Two slates; leaves without tokens of their own, one copy or several; a history longer than a tile.
inline DecodeLayout layout_of(int64_t copies) {
  const auto run = [](int64_t begin, int64_t end) {
    std::vector<int64_t> tokens;
    for (int64_t token = begin; token < end; ++token) tokens.push_back(token);
    return tokens;
  };
  DecodeLayout layout;
  layout.copies = copies;
  layout.capacity = 5;
  layout.roots = {{run(0, 70), 0, 3 * copies}, {run(90, 93), 3 * copies, 5 * copies}};
  layout.leaves = {{run(70, 80), 0, copies},
                   {{}, copies, 2 * copies},
                   {{80, 82, 84}, 2 * copies, 3 * copies},
                   {run(93, 95), 3 * copies, 4 * copies},
                   {run(95, 96), 4 * copies, 5 * copies}};
  return layout;
}

constexpr int64_t kPrompt = 96, kLayers = 2;

struct Heads {
  int64_t heads, kv_heads, width;
};

/// One step of one layer: what was asked and what was found.
struct GrowthStep {
  int64_t layer;
  std::vector<int64_t> rows, lengths;
  at::Tensor q, k, v, out;
};

inline at::Tensor prompt_keys(int64_t layer, const Heads& shape, at::ScalarType type) {
  return golden::formula(fmt::format("k{}", layer), {kPrompt, shape.kv_heads, shape.width}, 1).to(type);
}
inline at::Tensor prompt_values(int64_t layer, const Heads& shape, at::ScalarType type) {
  return golden::formula(fmt::format("v{}", layer), {kPrompt, shape.kv_heads, shape.width}, 1).to(type);
}

/// Rows grow by one token in most steps.
inline std::vector<GrowthStep> grow(DecodeCache& cache, const DecodeLayout& layout, const Heads& shape,
                                    at::ScalarType type) {
  for (int64_t layer = 0; layer < kLayers; ++layer)
    cache.add_layer(prompt_keys(layer, shape, type), prompt_values(layer, shape, type));
  std::vector<int64_t> lengths(layout.rows(), 0);
  std::vector<GrowthStep> found;
  for (int64_t step = 0; step < layout.capacity; ++step) {
    std::vector<int64_t> rows, grown;
    for (int64_t row = 0; row < layout.rows(); ++row) {
      if (step > 0 && (row + step) % 3 == 0) continue;
      rows.push_back(row);
      grown.push_back(++lengths[row]);
    }
    for (int64_t layer = 0; layer < kLayers; ++layer) {
      const auto made = [&](const std::string& name, int64_t heads) {
        return golden::formula(fmt::format("{} {} {}", name, step, layer),
                               {static_cast<int64_t>(rows.size()), heads, shape.width}, 1)
            .to(type);
      };
      GrowthStep now{
          layer, rows, grown, made("q", shape.heads), made("k", shape.kv_heads), made("v", shape.kv_heads),
          {}};
      now.out = cache.attend(layer, now.q, now.k, now.v, rows, grown);
      found.push_back(std::move(now));
    }
  }
  return found;
}

}  // namespace r2rank::model::testing
