#include "model/format/gguf.h"

#include "base/error.h"
#include "model/format/byte_reader.h"
#include "model/format/gguf_tensors.h"
#include "model/format/gguf_values.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr uint64_t kDefaultAlignment = 32, kLargestAlignment = 1 << 20;
constexpr size_t kLeastMetadataBytes = 13, kLeastTensorBytes = 32;
constexpr uint64_t kLongestKey = 65535;

void check_magic(ByteReader& reader) {
  if (reader.remaining() == 0)
    base::fail_data("gguf", "{}: expected a GGUF file, found an empty one", reader.origin());
  if (reader.number<uint32_t>("the magic") != kMagic)
    base::fail_data("gguf", "{}: expected a GGUF file (it would begin with 'GGUF'), found something else",
                    reader.origin());
}

void check_version(ByteReader& reader) {
  const auto version = reader.number<uint32_t>("the version");
  if (version == 2 || version == 3) return;
  const bool swapped = (version & 0xffffu) == 0 && version != 0;
  base::fail_data(
      "gguf",
      "{}: expected GGUF version 2 or 3, little endian, found {}; convert it again with a current converter",
      reader.origin(), swapped ? std::string("a big-endian file") : std::to_string(version));
}

std::map<std::string, GgufValue> read_metadata(ByteReader& reader, uint64_t count) {
  std::map<std::string, GgufValue> metadata;
  for (uint64_t i = 0; i < count; ++i) {
    std::string key(reader.text("a metadata key", kLongestKey));
    GgufValue value = read_gguf_value(reader, key);
    const auto [place, added] = metadata.emplace(std::move(key), std::move(value));
    if (!added)
      base::fail_data("gguf", "{}: metadata key '{}' occurs twice", reader.origin(), shown(place->first));
  }
  return metadata;
}

uint64_t alignment(const std::map<std::string, GgufValue>& metadata, const std::string& origin) {
  const auto found = metadata.find("general.alignment");
  if (found == metadata.end()) return kDefaultAlignment;
  const auto* value = std::get_if<uint64_t>(&found->second);
  if (value == nullptr || *value == 0 || *value > kLargestAlignment || (*value & (*value - 1)) != 0)
    base::fail_data("gguf",
                    "{}: expected general.alignment to be a power of two up to {}; the file is damaged",
                    origin, kLargestAlignment);
  return *value;
}

}  // namespace

GgufFile parse_gguf(std::span<const std::byte> bytes, const std::string& origin) {
  ByteReader reader(bytes, "gguf", origin);
  check_magic(reader);
  check_version(reader);
  const auto tensors = reader.count("tensors", kLeastTensorBytes);
  const auto entries = reader.count("metadata entries", kLeastMetadataBytes);
  GgufFile file;
  file.metadata = read_metadata(reader, entries);
  file.tensors = read_gguf_tensors(reader, tensors, bytes, alignment(file.metadata, origin));
  return file;
}

}  // namespace r2rank::model
