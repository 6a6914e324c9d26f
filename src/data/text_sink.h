#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/files.h"

namespace r2rank::data {

/// A text file that is written front to back, packed or not, in little memory. Errors: kIo.
class TextSink {
 public:
  /// `compression` is "none", "gzip" or "zstd".
  TextSink(const base::Path& path, const std::string& compression);
  ~TextSink();
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;

  /// What is appended here is written in its turn.
  std::string& buffer() { return buffer_; }
  /// Writes the buffer when it is large. To be called after each line or so.
  void settle() {
    if (buffer_.size() >= kFull) flush();
  }
  /// Writes the rest and closes the file.
  void close();

 private:
  static constexpr size_t kFull = size_t{1} << 20;
  void flush();
  struct Streams;
  std::string path_, buffer_;
  std::unique_ptr<Streams> streams_;
};

/// The ending that a packed file's name gets: "", ".gz", ".zst".
std::string packed_ending(const std::string& compression);

}  // namespace r2rank::data
