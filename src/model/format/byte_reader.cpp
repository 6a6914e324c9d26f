#include "model/format/byte_reader.h"

#include "base/error.h"

namespace r2rank::model {

ByteReader::ByteReader(std::span<const std::byte> bytes, std::string where, std::string origin)
    : bytes_(bytes), where_(std::move(where)), origin_(std::move(origin)) {}

std::span<const std::byte> ByteReader::take(uint64_t size, std::string_view what) {
  if (size > remaining())
    base::fail_data(
        where_, "{}: expected {} ({} bytes) at byte {}, found only {} more; the file is truncated or damaged",
        origin_, what, size, position_, remaining());
  const auto taken = bytes_.subspan(position_, size);
  position_ += size;
  return taken;
}

std::string_view ByteReader::text(std::string_view what, uint64_t longest) {
  const auto size = number<uint64_t>(what);
  if (size > longest)
    base::fail_data(
        where_,
        "{}: expected {} of at most {} bytes before byte {}, found a length of {}; the file is damaged",
        origin_, what, longest, position_, size);
  const auto bytes = take(size, what);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

uint64_t ByteReader::count(std::string_view what, size_t least_bytes) {
  const auto found = number<uint64_t>(what);
  if (found > remaining() / least_bytes)
    base::fail_data(where_,
                    "{}: found {} {}, which {} remaining bytes cannot hold; the file is truncated or damaged",
                    origin_, found, what, remaining());
  return found;
}

}  // namespace r2rank::model
