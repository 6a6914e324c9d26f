#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace r2rank::model {

/// Reads little-endian values from a span, front to back. Every read is checked: past the end it throws kData
/// naming what was being read and where.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string where, std::string origin);

  template <class T>
  T number(std::string_view what) {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }
  /// A 64-bit length and that many bytes. The view points into the span.
  std::string_view text(std::string_view what, uint64_t longest);
  /// A 64-bit count of things that take at least `least_bytes` each; refused when the rest of the file cannot
  /// hold them.
  uint64_t count(std::string_view what, size_t least_bytes);

  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  const std::string& origin() const { return origin_; }

 private:
  std::span<const std::byte> take(uint64_t size, std::string_view what);

  std::span<const std::byte> bytes_;
  std::string where_, origin_;
  size_t position_ = 0;
};

}  // namespace r2rank::model
