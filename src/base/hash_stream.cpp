#include "base/hash_stream.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "base/error.h"

namespace r2rank::base {

struct HashStream::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

HashStream::HashStream() : state_(std::make_unique<State>()) {}
HashStream::~HashStream() = default;

void HashStream::add(std::string_view bytes) {
  XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size());
}

std::string HashStream::hex() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

FileHash hash_file(const Path& path) {
  constexpr size_t kBlock = size_t{1} << 20;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) fail_io("files", "cannot open {}: {}", path.string(), std::strerror(errno));
  HashStream stream;
  FileHash result;
  std::vector<char> block(kBlock);
  while (const size_t taken = std::fread(block.data(), 1, block.size(), file.get())) {
    stream.add({block.data(), taken});
    result.bytes += static_cast<int64_t>(taken);
  }
  if (std::ferror(file.get()) != 0)
    fail_io("files", "cannot read {}: {}", path.string(), std::strerror(errno));
  result.hex = stream.hex();
  return result;
}

}  // namespace r2rank::base
