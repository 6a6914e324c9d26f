#include "model/format/safetensors.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "model/format/byte_reader.h"
#include "model/format/shown.h"
#include "model/format/strict_json.h"

namespace r2rank::model {
namespace {

constexpr uint64_t kLongestHeader = 100'000'000;  // the format's own limit
constexpr int kDeepestHeader = 3;                 // header, tensor, shape
constexpr size_t kMostDimensions = 8;
constexpr const char* kMetadataKey = "__metadata__";

struct DtypeName {
  std::string_view name;
  StoredType type;
};
constexpr std::array<DtypeName, 4> kDtypes{{{"F32", StoredType::kF32},
                                            {"F16", StoredType::kF16},
                                            {"BF16", StoredType::kBF16},
                                            {"I64", StoredType::kI64}}};

struct Entry {
  StoredTensor tensor;
  uint64_t begin = 0, end = 0;  // within the data
};

std::string_view read_header(ByteReader& reader) {
  if (reader.remaining() == 0)
    base::fail_data("safetensors", "{}: expected a safetensors file, found an empty one", reader.origin());
  const auto header = reader.text("the header", kLongestHeader);
  if (!header.starts_with('{'))
    base::fail_data("safetensors", "{}: expected a header that begins with '{{'; this is no safetensors file",
                    reader.origin());
  return header;
}

class EntryReader {
 public:
  EntryReader(const std::string& name, const nlohmann::json& json, const std::string& origin)
      : name_(name), json_(json), origin_(origin) {
    if (!json.is_object()) fail("is no object");
    if (json.size() != 3) fail("has other members than dtype, shape and data_offsets");
  }

  Entry read() const {
    Entry entry;
    entry.tensor.name = name_;
    entry.tensor.type = dtype();
    entry.tensor.shape = shape();
    const auto offsets = integers("data_offsets", 2);
    if (offsets.size() != 2 || offsets[0] > offsets[1]) fail("has no ordered pair as data_offsets");
    entry.begin = static_cast<uint64_t>(offsets[0]);
    entry.end = static_cast<uint64_t>(offsets[1]);
    check_size(entry);
    return entry;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    base::fail_data("safetensors", "{}: tensor '{}' {}; the file is damaged", origin_, shown(name_), what);
  }

  const nlohmann::json& member(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) fail(fmt::format("lacks '{}'", key));
    return *found;
  }

  StoredType dtype() const {
    const auto& value = member("dtype");
    if (!value.is_string()) fail("has a dtype that is no text");
    const auto& name = value.get_ref<const std::string&>();
    const auto found = std::ranges::find(kDtypes, name, &DtypeName::name);
    if (found == kDtypes.end())
      base::fail_data(
          "safetensors",
          "{}: tensor '{}' has dtype {}, expected F32, F16, BF16 or I64; convert the model to one of these",
          origin_, shown(name_), shown(name));
    return found->type;
  }

  std::vector<int64_t> shape() const { return integers("shape", kMostDimensions); }

  std::vector<int64_t> integers(const char* key, size_t most) const {
    const auto& value = member(key);
    if (!value.is_array() || value.size() > most)
      fail(fmt::format("has a '{}' that is no list of up to {} sizes", key, most));
    std::vector<int64_t> numbers;
    for (const auto& item : value) {
      constexpr uint64_t kMost = uint64_t{1} << 60;
      if (!item.is_number_unsigned() || item.get<uint64_t>() > kMost)
        fail(fmt::format("has an impossible number in '{}'", key));
      numbers.push_back(item.get<int64_t>());
    }
    return numbers;
  }

  void check_size(const Entry& entry) const {
    const auto bytes = checked_bytes(entry.tensor.type, entry.tensor.shape);
    if (!bytes || *bytes != entry.end - entry.begin)
      fail(fmt::format("has {} bytes, which do not fit {} of shape {}", entry.end - entry.begin,
                       stored_type_name(entry.tensor.type), shape_text(entry.tensor.shape)));
  }

  const std::string& name_;
  const nlohmann::json& json_;
  const std::string& origin_;
};

void check_metadata(const nlohmann::json& metadata, const std::string& origin) {
  const auto is_text = [](const nlohmann::json& value) { return value.is_string(); };
  if (!metadata.is_object() || !std::ranges::all_of(metadata, is_text))
    base::fail_data("safetensors", "{}: expected __metadata__ to hold only texts; the file is damaged",
                    origin);
}

std::vector<Entry> read_entries(const nlohmann::json& header, const std::string& origin) {
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey)
      check_metadata(value, origin);
    else
      entries.push_back(EntryReader(name, value, origin).read());
  }
  return entries;
}

// The format allows no holes and no overlaps: sorted by offset, each tensor begins where the one before it
// ends.
void check_layout(std::vector<Entry>& entries, size_t data_size, const std::string& origin) {
  std::ranges::sort(entries, {}, [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
  uint64_t end = 0;
  for (const auto& entry : entries) {
    if (entry.begin != end)
      base::fail_data(
          "safetensors",
          "{}: tensor '{}' begins at {}, expected {}: data overlap or leave a hole; the file is damaged",
          origin, shown(entry.tensor.name), entry.begin, end);
    end = entry.end;
  }
  if (end != data_size)
    base::fail_data("safetensors",
                    "{}: expected {} bytes of tensors, found {}; the file is truncated or damaged", origin,
                    end, data_size);
}

}  // namespace

std::vector<StoredTensor> parse_safetensors(std::span<const std::byte> bytes, const std::string& origin) {
  ByteReader reader(bytes, "safetensors", origin);
  const auto header = parse_strict_json(read_header(reader), "safetensors", origin, kDeepestHeader);
  const auto data = bytes.subspan(reader.position());
  auto entries = read_entries(header, origin);
  check_layout(entries, data.size(), origin);
  std::vector<StoredTensor> tensors;
  for (auto& entry : entries) {
    entry.tensor.bytes = data.subspan(entry.begin, entry.end - entry.begin);
    tensors.push_back(std::move(entry.tensor));
  }
  return tensors;
}

}  // namespace r2rank::model
