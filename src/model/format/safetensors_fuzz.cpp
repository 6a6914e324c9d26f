// Any bytes: parse_safetensors works or throws base::Error, and what it accepts can be decoded.
#include <cstdint>

#include "base/error.h"
#include "model/format/safetensors.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    for (const auto& tensor : model::parse_safetensors(std::as_bytes(std::span(data, size)), "fuzz")) {
      if (tensor.type == model::StoredType::kI64) continue;
      std::vector<float> values(static_cast<size_t>(tensor.elements()));
      model::decode_f32(tensor, values);
    }
  } catch (const base::Error&) {
  }
  return 0;
}
