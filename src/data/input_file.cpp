#include "data/input_file.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "data/byte_source.h"

namespace r2rank::data {
namespace {

std::string lower_extension(const base::Path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::string packed_extension(const base::Path& path) {
  const std::string extension = lower_extension(path);
  return extension == ".gz" || extension == ".zst" ? extension : "";
}

std::string data_extension(const base::Path& path) {
  return packed_extension(path).empty() ? lower_extension(path) : lower_extension(path.stem());
}

std::string read_input(const base::Path& path) {
  constexpr size_t kBlock = size_t{1} << 20;
  const auto source = open_source(path);
  // gzip can pack a thousand bytes into one; logs come to ten, repetitive ones to fifty.
  const size_t most = (size_t{64} << 20) + 200 * std::filesystem::file_size(path);
  const bool packed = source->size() < 0;
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    bytes.resize(before + kBlock);
    bytes.resize(before + source->read(bytes.data() + before, kBlock));
    if (bytes.size() == before) return bytes;
    if (packed && bytes.size() > most)
      base::fail_data("import",
                      "expected a log in {}: it unpacks to more than 64 MiB + 200 times its size, as no log "
                      "does; if it is one, unpack it and give the plain file",
                      path.string());
  }
}

}  // namespace r2rank::data
