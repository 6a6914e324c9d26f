#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "model/format/safetensors.h"

namespace r2rank::model {
namespace {

constexpr size_t kHeaderAlignment = 8;
constexpr const char* kMetadataKey = "__metadata__";

// Wide types first, so that every tensor is aligned to its elements; the reference implementation's order.
int type_rank(StoredType type) {
  switch (type) {
    case StoredType::kF32:
      return 0;
    case StoredType::kBF16:
      return 1;
    case StoredType::kF16:
      return 2;
    default:
      break;
  }
  base::fail_data("safetensors", "expected F32, F16 or BF16 to write, found {}; decode it first",
                  stored_type_name(type));
}

std::vector<const StoredTensor*> writing_order(const std::vector<StoredTensor>& tensors) {
  std::vector<const StoredTensor*> order;
  for (const auto& tensor : tensors) {
    type_rank(tensor.type);  // refuses what cannot be written, also when there is nothing to compare
    order.push_back(&tensor);
  }
  std::ranges::sort(order, {}, [](const StoredTensor* tensor) {
    return std::pair(type_rank(tensor->type), std::string_view(tensor->name));
  });
  return order;
}

std::string header_text(const std::vector<const StoredTensor*>& order,
                        const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  size_t offset = 0;
  for (const auto* tensor : order) {
    const size_t end = offset + tensor->bytes.size();
    R2RANK_CHECK(tensor->bytes.size() == stored_bytes(tensor->type, tensor->elements()));
    R2RANK_CHECK(tensor->name != kMetadataKey && !header.contains(tensor->name));
    header[tensor->name] = {
        {"dtype", stored_type_name(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment, ' ');
  return text;
}

std::span<const std::byte> little_endian(const uint64_t& number) {
  return std::as_bytes(std::span(&number, 1));
}

}  // namespace

void write_safetensors(const base::Path& path, const std::vector<StoredTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const auto order = writing_order(tensors);
  const std::string header = header_text(order, metadata);
  base::AtomicFile file(path);
  file.write(little_endian(header.size()));
  file.write(header);
  for (const auto* tensor : order) file.write(tensor->bytes);
  file.commit();
}

}  // namespace r2rank::model
