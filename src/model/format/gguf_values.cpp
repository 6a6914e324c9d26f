#include "model/format/gguf_values.h"

#include <limits>

#include "base/error.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

// The numbers of the GGUF specification's gguf_metadata_value_type.
enum class ValueType : uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};

constexpr uint64_t kLongestString = 1ull << 32;

[[noreturn]] void fail_type(const ByteReader& reader, const std::string& key, uint32_t type) {
  base::fail_data("gguf",
                  "{}: metadata '{}' has a value of type {}, which GGUF does not know; the file is damaged",
                  reader.origin(), shown(key), type);
}

bool read_bool(ByteReader& reader, const std::string& key) {
  const auto byte = reader.number<uint8_t>("a metadata value");
  if (byte > 1)
    base::fail_data("gguf", "{}: metadata '{}' is neither true nor false", reader.origin(), shown(key));
  return byte == 1;
}

GgufValue read_scalar(ByteReader& reader, ValueType type, const std::string& key) {
  constexpr std::string_view kWhat = "a metadata value";
  switch (type) {
    case ValueType::kU8:
      return uint64_t{reader.number<uint8_t>(kWhat)};
    case ValueType::kU16:
      return uint64_t{reader.number<uint16_t>(kWhat)};
    case ValueType::kU32:
      return uint64_t{reader.number<uint32_t>(kWhat)};
    case ValueType::kU64:
      return reader.number<uint64_t>(kWhat);
    case ValueType::kI8:
      return int64_t{reader.number<int8_t>(kWhat)};
    case ValueType::kI16:
      return int64_t{reader.number<int16_t>(kWhat)};
    case ValueType::kI32:
      return int64_t{reader.number<int32_t>(kWhat)};
    case ValueType::kI64:
      return reader.number<int64_t>(kWhat);
    case ValueType::kF32:
      return double{reader.number<float>(kWhat)};
    case ValueType::kF64:
      return reader.number<double>(kWhat);
    case ValueType::kBool:
      return read_bool(reader, key);
    case ValueType::kString:
      return std::string(reader.text("a metadata string", kLongestString));
    case ValueType::kArray:
      break;
  }
  fail_type(reader, key, static_cast<uint32_t>(type));
}

// Bytes an element takes at least in the file; 0 for a type that no array may have.
size_t least_bytes(ValueType type) {
  switch (type) {
    case ValueType::kU8:
    case ValueType::kI8:
    case ValueType::kBool:
      return 1;
    case ValueType::kU16:
    case ValueType::kI16:
      return 2;
    case ValueType::kU32:
    case ValueType::kI32:
    case ValueType::kF32:
      return 4;
    case ValueType::kU64:
    case ValueType::kI64:
    case ValueType::kF64:
    case ValueType::kString:
      return 8;
    case ValueType::kArray:
      break;
  }
  return 0;
}

int64_t as_signed(const GgufValue& value, const ByteReader& reader, const std::string& key) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  const uint64_t number = std::get<uint64_t>(value);
  if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    base::fail_data("gguf", "{}: array '{}' holds {}, which is too large", reader.origin(), shown(key),
                    number);
  return static_cast<int64_t>(number);
}

std::vector<std::string> read_strings(ByteReader& reader, uint64_t count) {
  std::vector<std::string> strings;
  for (uint64_t i = 0; i < count; ++i)
    strings.emplace_back(reader.text("a string of an array", kLongestString));
  return strings;
}

std::vector<double> read_numbers(ByteReader& reader, ValueType type, uint64_t count, const std::string& key) {
  std::vector<double> numbers;
  for (uint64_t i = 0; i < count; ++i) numbers.push_back(std::get<double>(read_scalar(reader, type, key)));
  return numbers;
}

std::vector<int64_t> read_integers(ByteReader& reader, ValueType type, uint64_t count,
                                   const std::string& key) {
  std::vector<int64_t> integers;
  for (uint64_t i = 0; i < count; ++i)
    integers.push_back(as_signed(read_scalar(reader, type, key), reader, key));
  return integers;
}

ValueType read_type(ByteReader& reader, const std::string& key) {
  const auto type = reader.number<uint32_t>("the type of a metadata value");
  if (type > static_cast<uint32_t>(ValueType::kF64)) fail_type(reader, key, type);
  return static_cast<ValueType>(type);
}

GgufValue read_array(ByteReader& reader, const std::string& key) {
  const ValueType type = read_type(reader, key);
  if (type == ValueType::kArray)
    base::fail_data("gguf", "{}: metadata '{}' is an array of arrays, which is not supported",
                    reader.origin(), shown(key));
  const uint64_t count = reader.count("elements of an array", least_bytes(type));
  if (type == ValueType::kString) return read_strings(reader, count);
  if (type == ValueType::kF32 || type == ValueType::kF64) return read_numbers(reader, type, count, key);
  return read_integers(reader, type, count, key);
}

}  // namespace

GgufValue read_gguf_value(ByteReader& reader, const std::string& key) {
  const ValueType type = read_type(reader, key);
  return type == ValueType::kArray ? read_array(reader, key) : read_scalar(reader, type, key);
}

}  // namespace r2rank::model
