#include <algorithm>
#include <cstring>

#include "data/byte_source.h"
#include "data/windows_1252.h"

namespace r2rank::data {
namespace {

constexpr uint16_t kOpen = 0xFFFD;  // what the table has where Windows-1252 has nothing
constexpr char kNoUtf8 = '\xFF';    // so that two ids never become one
constexpr size_t kLongest = 3;      // bytes of UTF-8 that one byte can become

uint16_t code_of(unsigned char byte, Encoding encoding) {
  return encoding == Encoding::kWindows1252 && byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte;
}

size_t put(uint16_t code, char* target) {
  if (code == kOpen) {
    target[0] = kNoUtf8;
    return 1;
  }
  if (code < 0x80) {
    target[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    target[0] = static_cast<char>(0xC0 | code >> 6);
    target[1] = static_cast<char>(0x80 | (code & 0x3F));
    return 2;
  }
  target[0] = static_cast<char>(0xE0 | code >> 12);
  target[1] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
  target[2] = static_cast<char>(0x80 | (code & 0x3F));
  return 3;
}

class Decoded : public ByteSource {
 public:
  Decoded(std::unique_ptr<ByteSource> source, Encoding encoding)
      : source_(std::move(source)), encoding_(encoding) {}

  /// REQUIRES: size >= kLongest.
  size_t read(char* target, size_t size) override {
    const size_t most = std::max<size_t>(size / kLongest, 1);
    bytes_.resize(most);
    const size_t taken = source_->read(bytes_.data(), most);
    size_t put_bytes = 0;
    for (size_t i = 0; i < taken; ++i)
      put_bytes += put(code_of(static_cast<unsigned char>(bytes_[i]), encoding_), target + put_bytes);
    return put_bytes;
  }
  double share() const override { return source_->share(); }

 private:
  std::unique_ptr<ByteSource> source_;
  Encoding encoding_;
  std::string bytes_;
};

}  // namespace

std::unique_ptr<ByteSource> decoded(std::unique_ptr<ByteSource> source, Encoding encoding) {
  if (encoding == Encoding::kUtf8) return source;
  return std::make_unique<Decoded>(std::move(source), encoding);
}

}  // namespace r2rank::data
