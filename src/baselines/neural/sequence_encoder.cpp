#include "baselines/neural/sequence_encoder.h"

#include <algorithm>

namespace r2rank::baselines {

void PackedSequences::clear() {
  rows.clear();
  starts.assign(1, 0);
  users.clear();
  wanted.clear();
}

void PackedSequences::begin(int32_t user) {
  if (starts.empty()) starts.assign(1, 0);
  starts.push_back(tokens());
  users.push_back(user);
}

void PackedSequences::push(int32_t row) {
  rows.push_back(row);
  ++starts.back();
}

void gather_rows(const PackedSequences& input, const float* table, int64_t width, std::vector<float>& x) {
  x.resize(input.tokens() * width);
  for (int64_t i = 0; i < input.tokens(); ++i)
    std::copy_n(table + input.rows[i] * width, width, x.data() + i * width);
}

void scatter_rows(const PackedSequences& input, const float* gradients, int64_t width, float* table) {
  for (int64_t i = 0; i < input.tokens(); ++i) {
    if (input.rows[i] == 0) continue;
    float* out = table + input.rows[i] * width;
    for (int64_t d = 0; d < width; ++d) out[d] += gradients[i * width + d];
  }
}

}  // namespace r2rank::baselines
