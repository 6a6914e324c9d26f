#include "data/input_file.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/io/memory.h>
#include <arrow/result.h>
#include <arrow/util/compression.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::data {
namespace {

std::string lower_extension(const base::Path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// gzip can pack a thousand bytes into one; logs come to ten, repetitive ones to fifty.
arrow::Result<std::string> decompress(const std::string& packed) {
  constexpr int64_t kBlock = 1 << 20;
  const size_t most = (size_t{64} << 20) + 200 * packed.size();
  ARROW_ASSIGN_OR_RAISE(const auto codec, arrow::util::Codec::Create(arrow::Compression::GZIP));
  const auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(packed));
  ARROW_ASSIGN_OR_RAISE(const auto stream, arrow::io::CompressedInputStream::Make(codec.get(), source));
  std::string bytes;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto block, stream->Read(kBlock));
    if (block->size() == 0) return bytes;
    bytes.append(reinterpret_cast<const char*>(block->data()), static_cast<size_t>(block->size()));
    if (bytes.size() > most)
      return arrow::Status::CapacityError(
          "it unpacks to more than 64 MiB + 200 times its size, as no log does; "
          "if it is one, unpack it and give the plain file");
  }
}

}  // namespace

std::string data_extension(const base::Path& path) {
  return lower_extension(path) == ".gz" ? lower_extension(path.stem()) : lower_extension(path);
}

std::string read_input(const base::Path& path) {
  std::string bytes = base::read_file(path);
  if (lower_extension(path) != ".gz") return bytes;
  auto unpacked = decompress(bytes);
  if (!unpacked.ok())
    base::fail_data("import", "expected a gzip archive in {}: {}", path.string(),
                    unpacked.status().message());
  return unpacked.MoveValueUnsafe();
}

}  // namespace r2rank::data
