#include "model/format/gguf_tensors.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

constexpr uint64_t kLongestName = 256;
constexpr uint32_t kMostDimensions = 4;
constexpr int64_t kLargestSize = int64_t{1} << 40;

struct TypeNumber {
  uint32_t number;
  StoredType type;
};

// The numbers of ggml_type in the GGUF specification.
constexpr std::array<TypeNumber, 8> kSupported{{{0, StoredType::kF32},
                                                {1, StoredType::kF16},
                                                {2, StoredType::kQ4_0},
                                                {3, StoredType::kQ4_1},
                                                {8, StoredType::kQ8_0},
                                                {12, StoredType::kQ4_K},
                                                {14, StoredType::kQ6_K},
                                                {30, StoredType::kBF16}}};

// Names of the types we cannot read, so that the message says what the file holds.
std::string_view unsupported_name(uint32_t number) {
  constexpr std::array<std::string_view, 41> kNames{
      "F32",   "F16",        "Q4_0",       "Q4_1",       "Q4_2",     "Q4_3",     "Q5_0",
      "Q5_1",  "Q8_0",       "Q8_1",       "Q2_K",       "Q3_K",     "Q4_K",     "Q5_K",
      "Q6_K",  "Q8_K",       "IQ2_XXS",    "IQ2_XS",     "IQ3_XXS",  "IQ1_S",    "IQ4_NL",
      "IQ3_S", "IQ2_S",      "IQ4_XS",     "I8",         "I16",      "I32",      "I64",
      "F64",   "IQ1_M",      "BF16",       "Q4_0_4_4",   "Q4_0_4_8", "Q4_0_8_8", "TQ1_0",
      "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4",    "NVFP4"};
  return number < kNames.size() ? kNames[number] : "an unknown type";
}

struct Description {
  StoredTensor tensor;
  uint64_t offset = 0;  // from the start of the data
  size_t size = 0;
};

StoredType read_type(ByteReader& reader, const std::string& name) {
  const auto number = reader.number<uint32_t>("a tensor's type");
  for (const auto& [known, type] : kSupported)
    if (known == number) return type;
  base::fail_data("gguf",
                  "{}: tensor '{}' has type {} ({}), expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K or "
                  "Q6_K; quantise the "
                  "model to one of these",
                  reader.origin(), shown(name), unsupported_name(number), number);
}

std::vector<int64_t> read_shape(ByteReader& reader, const std::string& name) {
  const auto dimensions = reader.number<uint32_t>("a tensor's number of dimensions");
  if (dimensions < 1 || dimensions > kMostDimensions)
    base::fail_data("gguf", "{}: tensor '{}' has {} dimensions, expected 1 to {}", reader.origin(),
                    shown(name), dimensions, kMostDimensions);
  std::vector<int64_t> shape;
  for (uint32_t i = 0; i < dimensions; ++i) {
    const auto size = reader.number<uint64_t>("a tensor's shape");
    if (size < 1 || size > kLargestSize)
      base::fail_data("gguf", "{}: tensor '{}' has a dimension of {}, expected 1 to {}", reader.origin(),
                      shown(name), size, kLargestSize);
    shape.push_back(static_cast<int64_t>(size));
  }
  std::reverse(shape.begin(), shape.end());  // GGUF writes the innermost size first
  return shape;
}

Description read_description(ByteReader& reader) {
  Description description;
  StoredTensor& tensor = description.tensor;
  tensor.name = reader.text("a tensor's name", kLongestName);
  tensor.shape = read_shape(reader, tensor.name);
  tensor.type = read_type(reader, tensor.name);
  description.offset = reader.number<uint64_t>("a tensor's offset");
  const auto size = checked_bytes(tensor.type, tensor.shape);
  if (!size)
    base::fail_data("gguf",
                    "{}: tensor '{}' has the impossible shape {} for type {} (rows hold blocks of {})",
                    reader.origin(), shown(tensor.name), shape_text(tensor.shape),
                    stored_type_name(tensor.type), block_length(tensor.type));
  description.size = *size;
  return description;
}

void check_names(const std::vector<Description>& all, const std::string& origin) {
  std::set<std::string_view> names;
  for (const auto& description : all)
    if (!names.insert(description.tensor.name).second)
      base::fail_data("gguf", "{}: tensor '{}' occurs twice", origin, shown(description.tensor.name));
}

void check_overlap(const std::vector<Description>& all, const std::string& origin) {
  std::vector<const Description*> order;
  for (const auto& description : all) order.push_back(&description);
  std::ranges::sort(order, {}, &Description::offset);
  for (size_t i = 1; i < order.size(); ++i)
    if (order[i]->offset < order[i - 1]->offset + order[i - 1]->size)
      base::fail_data("gguf", "{}: the data of tensors '{}' and '{}' overlap; the file is damaged", origin,
                      shown(order[i - 1]->tensor.name), shown(order[i]->tensor.name));
}

// Where the data begin; may lie past the end of a file whose tensors are all missing.
uint64_t data_start(const ByteReader& reader, uint64_t alignment) {
  return (reader.position() + alignment - 1) / alignment * alignment;
}

void place(Description& description, std::span<const std::byte> file, uint64_t start, uint64_t alignment,
           const std::string& origin) {
  StoredTensor& tensor = description.tensor;
  if (description.offset % alignment != 0)
    base::fail_data("gguf", "{}: tensor '{}' begins at offset {}, expected a multiple of {}", origin,
                    shown(tensor.name), description.offset, alignment);
  const uint64_t available = start < file.size() ? file.size() - start : 0;
  if (description.offset > available || description.size > available - description.offset)
    base::fail_data("gguf",
                    "{}: tensor '{}' ends past the end of the file ({} bytes); the download was cut short",
                    origin, shown(tensor.name), file.size());
  tensor.bytes = file.subspan(start + description.offset, description.size);
}

}  // namespace

std::vector<StoredTensor> read_gguf_tensors(ByteReader& reader, uint64_t count,
                                            std::span<const std::byte> file, uint64_t alignment) {
  std::vector<Description> all;
  for (uint64_t i = 0; i < count; ++i) all.push_back(read_description(reader));
  check_names(all, reader.origin());
  const uint64_t start = data_start(reader, alignment);
  for (auto& description : all) place(description, file, start, alignment, reader.origin());
  check_overlap(all, reader.origin());
  std::vector<StoredTensor> tensors;
  for (auto& description : all) tensors.push_back(std::move(description.tensor));
  return tensors;
}

}  // namespace r2rank::model
