#include "model/format/host_tensor.h"

#include <fmt/ranges.h>

#include <array>

#include "base/error.h"

namespace r2rank::model {
namespace {

struct Layout {
  std::string_view name;
  int64_t block;  // elements
  size_t bytes;   // of one block
};

constexpr std::array<Layout, 9> kLayouts{{{"F32", 1, 4},
                                          {"F16", 1, 2},
                                          {"BF16", 1, 2},
                                          {"Q8_0", 32, 34},
                                          {"Q4_0", 32, 18},
                                          {"Q4_1", 32, 20},
                                          {"Q4_K", 256, 144},
                                          {"Q6_K", 256, 210},
                                          {"I64", 1, 8}}};

const Layout& layout(StoredType type) {
  return kLayouts.at(static_cast<size_t>(type));
}

}  // namespace

std::string_view stored_type_name(StoredType type) {
  return layout(type).name;
}

int64_t block_length(StoredType type) {
  return layout(type).block;
}

size_t stored_bytes(StoredType type, int64_t elements) {
  R2RANK_CHECK(elements >= 0 && elements % layout(type).block == 0);
  return static_cast<size_t>(elements / layout(type).block) * layout(type).bytes;
}

std::optional<size_t> checked_bytes(StoredType type, const std::vector<int64_t>& shape) {
  const int64_t row = shape.empty() ? 1 : shape.back();
  if (row % layout(type).block != 0) return std::nullopt;
  int64_t elements = 1;
  for (const int64_t size : shape)
    if (size < 0 || __builtin_mul_overflow(elements, size, &elements)) return std::nullopt;
  int64_t bytes = 0;
  const auto block_bytes = static_cast<int64_t>(layout(type).bytes);
  if (__builtin_mul_overflow(elements / layout(type).block, block_bytes, &bytes)) return std::nullopt;
  return static_cast<size_t>(bytes);
}

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

int64_t StoredTensor::elements() const {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

}  // namespace r2rank::model
