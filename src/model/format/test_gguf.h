#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/format/host_tensor.h"

namespace r2rank::model {

/// For tests: writes GGUF files, well-formed or not, piece by piece.
class GgufBytes {
 public:
  template <class T>
  GgufBytes& number(T value) {
    return raw(std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
  }
  GgufBytes& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  GgufBytes& text(std::string_view value) { return number<uint64_t>(value.size()).raw(value); }
  GgufBytes& header(uint64_t tensors, uint64_t entries, uint32_t version = 3) {
    return raw("GGUF").number(version).number(tensors).number(entries);
  }

  template <class T>
  GgufBytes& entry(std::string_view key, uint32_t type, T value) {
    return text(key).number(type).number(value);
  }
  GgufBytes& u32(std::string_view key, uint32_t value) { return entry(key, 4, value); }
  GgufBytes& f32(std::string_view key, float value) { return entry(key, 6, value); }
  GgufBytes& string(std::string_view key, std::string_view value) {
    return text(key).number<uint32_t>(8).text(value);
  }
  GgufBytes& array(std::string_view key, uint32_t type, uint64_t count) {
    return text(key).number<uint32_t>(9).number(type).number(count);
  }

  /// A tensor description; `sizes` innermost first, as the file has them.
  GgufBytes& tensor(std::string_view name, const std::vector<uint64_t>& sizes, uint32_t type,
                    uint64_t offset) {
    text(name).number<uint32_t>(static_cast<uint32_t>(sizes.size()));
    for (const uint64_t size : sizes) number(size);
    return number(type).number(offset);
  }
  GgufBytes& pad(size_t alignment = 32) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment, '\0');
    return *this;
  }

  std::span<const std::byte> span() const { return std::as_bytes(std::span(bytes_)); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace r2rank::model
