#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/files.h"

namespace r2rank::base {

/// hash_hex() of bytes that come piece by piece.
class HashStream {
 public:
  HashStream();
  ~HashStream();
  HashStream(const HashStream&) = delete;
  HashStream& operator=(const HashStream&) = delete;
  void add(std::string_view bytes);
  /// The hash of what was added so far.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct FileHash {
  std::string hex;
  int64_t bytes = 0;
};
/// hash_hex() of a file's bytes, and how many there are, in little memory. Errors: kIo.
FileHash hash_file(const Path& path);

}  // namespace r2rank::base
