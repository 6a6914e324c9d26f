#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/files.h"

namespace r2rank::data {

/// Bytes of an input, read front to back in pieces. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Puts up to `size` bytes at `target` and returns how many; 0 only at the end. Errors: kIo; kData naming
  /// the file for a damaged archive.
  virtual size_t read(char* target, size_t size) = 0;
  /// How many bytes there are in all, or -1 where only the end tells (archives).
  virtual int64_t size() const { return -1; }
  /// How much of the file has been taken in, 0 to 1; for an archive of its packed bytes.
  virtual double share() const = 0;
};

/// What the bytes of a text file stand for.
enum class Encoding { kUtf8, kLatin1, kWindows1252 };

/// The bytes of a file: as they are, or unpacked when it is a gzip (any number of members) or zstd archive,
/// which its first bytes tell and a name that ends in .gz or .zst promises. Archives are unpacked on a thread
/// of their own, a few blocks ahead: memory does not grow with the file. Errors: kIo; kData for a name that
/// promises an archive, for a .zip, .bz2 or .xz (to be unpacked first) and for a Parquet file.
std::unique_ptr<ByteSource> open_source(const base::Path& path);
/// The bytes of a text.
std::unique_ptr<ByteSource> memory_source(std::string bytes);
/// `source` as UTF-8, when it is in `encoding`. What Windows-1252 leaves open becomes 0xFF, no UTF-8.
std::unique_ptr<ByteSource> decoded(std::unique_ptr<ByteSource> source, Encoding encoding);
/// The next pieces of `source` are fetched on a thread of their own.
std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> source);

}  // namespace r2rank::data
