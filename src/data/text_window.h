#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "data/byte_source.h"

namespace r2rank::data {

/// A window that slides over the bytes of a source, so that a text of any length is parsed in little memory.
/// A byte-order mark at the beginning is passed over.
class TextWindow {
 public:
  /// Bytes that may be read, and mean nothing, behind rest().
  static constexpr size_t kPadding = 64;

  explicit TextWindow(std::unique_ptr<ByteSource> source);

  /// What is in memory of the bytes that have not been passed. Valid until more() or pass().
  std::string_view rest() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Whether the source has no bytes behind rest().
  bool complete() const { return complete_; }
  /// Lengthens rest(), or finds that it is complete. REQUIRES: not complete(). Errors: those of the source.
  void more();
  /// Leaves bytes behind. They stay in memory until more(). REQUIRES: bytes <= rest().size().
  void pass(size_t bytes) {
    begin_ += bytes;
    passed_ += static_cast<int64_t>(bytes);
  }
  /// Whether everything has been passed; reads on where it must to know.
  bool at_end();
  /// How much of the source has been passed, 0 to 1; of an archive, how much has been unpacked.
  double share() const;

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  int64_t passed_ = 0;
  bool complete_ = false;
};

}  // namespace r2rank::data
