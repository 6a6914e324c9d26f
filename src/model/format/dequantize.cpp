// The GGUF block layouts, as described by the public GGUF and ggml documentation. Every product below is
// exact in f32 (at most 11 + 6 + 4 significant bits), so only the final sum rounds and a compiler's fused
// multiply-add changes no bit.
#include <array>
#include <cstring>

#include "base/error.h"
#include "model/format/half.h"
#include "model/format/host_tensor.h"

namespace r2rank::model {
namespace {

template <class Block>
Block load(const std::byte* bytes) {
  Block block;
  std::memcpy(&block, bytes, sizeof block);
  return block;
}

struct BlockQ8_0 {
  uint16_t scale;
  int8_t values[32];
};

struct BlockQ4_0 {
  uint16_t scale;
  uint8_t values[16];  // low nibbles first, then high ones
};

struct BlockQ4_1 {
  uint16_t scale, minimum;
  uint8_t values[16];
};

struct BlockQ4_K {
  uint16_t scale, minimum;
  uint8_t packed[12];  // eight scales and eight minima of 6 bits
  uint8_t values[128];
};

struct BlockQ6_K {
  uint8_t low[128], high[64];
  int8_t scales[16];
  uint16_t scale;
};

void decode_f32_one(const std::byte* bytes, float* out) {
  std::memcpy(out, bytes, sizeof *out);
}
void decode_f16_one(const std::byte* bytes, float* out) {
  *out = f16_to_f32(load<uint16_t>(bytes));
}
void decode_bf16_one(const std::byte* bytes, float* out) {
  *out = bf16_to_f32(load<uint16_t>(bytes));
}

void decode_q8_0(const std::byte* bytes, float* out) {
  const auto block = load<BlockQ8_0>(bytes);
  const float scale = f16_to_f32(block.scale);
  for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(block.values[i]) * scale;
}

void decode_q4_0(const std::byte* bytes, float* out) {
  const auto block = load<BlockQ4_0>(bytes);
  const float scale = f16_to_f32(block.scale);
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>((block.values[i] & 15) - 8);
    out[i + 16] = scale * static_cast<float>((block.values[i] >> 4) - 8);
  }
}

void decode_q4_1(const std::byte* bytes, float* out) {
  const auto block = load<BlockQ4_1>(bytes);
  const float scale = f16_to_f32(block.scale), minimum = f16_to_f32(block.minimum);
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>(block.values[i] & 15) + minimum;
    out[i + 16] = scale * static_cast<float>(block.values[i] >> 4) + minimum;
  }
}

struct ScalePair {
  float scale, minimum;
};

// Sub-blocks 0-3 keep their 6 bits in one byte each; 4-7 keep 4 bits in the last four bytes and 2 above those
// of 0-3.
ScalePair unpack_q4_k(const uint8_t* packed, int sub) {
  if (sub < 4) return {static_cast<float>(packed[sub] & 63), static_cast<float>(packed[sub + 4] & 63)};
  const int shared = packed[sub + 4];
  const int scale = (shared & 15) | ((packed[sub - 4] >> 6) << 4);
  const int minimum = (shared >> 4) | ((packed[sub] >> 6) << 4);
  return {static_cast<float>(scale), static_cast<float>(minimum)};
}

void decode_q4_k(const std::byte* bytes, float* out) {
  const auto block = load<BlockQ4_K>(bytes);
  const float scale = f16_to_f32(block.scale), minimum = f16_to_f32(block.minimum);
  for (int sub = 0; sub < 8; ++sub) {
    const ScalePair pair = unpack_q4_k(block.packed, sub);
    const float sub_scale = scale * pair.scale, sub_minimum = minimum * pair.minimum;
    const uint8_t* values = block.values + size_t{32} * (sub / 2);
    const int shift = sub % 2 * 4;
    for (int i = 0; i < 32; ++i)
      out[sub * 32 + i] = sub_scale * static_cast<float>((values[i] >> shift) & 15) - sub_minimum;
  }
}

// Each half of the block: 64 bytes of low nibbles (two runs of 32, low then high) and 32 bytes of four 2-bit
// fields.
void decode_q6_k(const std::byte* bytes, float* out) {
  const auto block = load<BlockQ6_K>(bytes);
  const float scale = f16_to_f32(block.scale);
  for (int run = 0; run < 8; ++run) {
    const int half = run / 4, within = run % 4;
    const uint8_t* low = block.low + size_t{64} * half + size_t{32} * (within % 2);
    const uint8_t* high = block.high + size_t{32} * half;
    const int low_shift = within / 2 * 4, high_shift = within * 2;
    for (int i = 0; i < 32; ++i) {
      const int value = ((low[i] >> low_shift) & 15) | (((high[i] >> high_shift) & 3) << 4);
      const float sub_scale = scale * static_cast<float>(block.scales[2 * run + (i < 16 ? 0 : 1)]);
      out[run * 32 + i] = sub_scale * static_cast<float>(value - 32);
    }
  }
}

template <void (*kDecode)(const std::byte*, float*)>
void decode_all(const StoredTensor& tensor, float* out) {
  const int64_t length = block_length(tensor.type);
  const size_t size = stored_bytes(tensor.type, length);
  const int64_t blocks = tensor.elements() / length;
  const std::byte* bytes = tensor.bytes.data();
  for (int64_t i = 0; i < blocks; ++i) kDecode(bytes + static_cast<size_t>(i) * size, out + i * length);
}

}  // namespace

void decode_f32(const StoredTensor& tensor, std::span<float> out) {
  R2RANK_CHECK(static_cast<int64_t>(out.size()) == tensor.elements());
  R2RANK_CHECK(tensor.bytes.size() == stored_bytes(tensor.type, tensor.elements()));
  switch (tensor.type) {
    case StoredType::kF32:
      return decode_all<decode_f32_one>(tensor, out.data());
    case StoredType::kF16:
      return decode_all<decode_f16_one>(tensor, out.data());
    case StoredType::kBF16:
      return decode_all<decode_bf16_one>(tensor, out.data());
    case StoredType::kQ8_0:
      return decode_all<decode_q8_0>(tensor, out.data());
    case StoredType::kQ4_0:
      return decode_all<decode_q4_0>(tensor, out.data());
    case StoredType::kQ4_1:
      return decode_all<decode_q4_1>(tensor, out.data());
    case StoredType::kQ4_K:
      return decode_all<decode_q4_k>(tensor, out.data());
    case StoredType::kQ6_K:
      return decode_all<decode_q6_k>(tensor, out.data());
    case StoredType::kI64:
      break;
  }
  base::fail_data("model", "tensor '{}' holds {}, expected floating-point weights", tensor.name,
                  stored_type_name(tensor.type));
}

}  // namespace r2rank::model
