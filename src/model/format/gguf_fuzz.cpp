// Any bytes: parse_gguf and everything built on it either works or throws base::Error.
#include <cstdint>

#include "base/error.h"
#include "model/format/gguf.h"
#include "model/format/gguf_model.h"

using namespace r2rank;

namespace {

constexpr int64_t kMostElements = 1 << 20;

void decode_small(const std::vector<model::StoredTensor>& tensors) {
  for (const auto& tensor : tensors) {
    if (tensor.elements() > kMostElements) continue;
    std::vector<float> values(static_cast<size_t>(tensor.elements()));
    model::decode_f32(tensor, values);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    decode_small(model::parse_gguf(bytes, "fuzz").tensors);
    const auto files = model::gguf_model(bytes, "fuzz");
    for (const auto& [name, tensor] : files.tensors) files.load_f32(name, tensor.shape);
  } catch (const base::Error&) {
  }
  return 0;
}
