#include <cstring>

#include "model/format/half.h"
#include "model/format/safetensors.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

class SafetensorsWriter : public FolderTest {};

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

// So the package reads what we write: it is what the package would have written.
TEST_F(SafetensorsWriter, GivesTheBytesOfThePythonPackage) {
  const std::vector<float> single = {0, 0.25, 0.5, 0.75, 1, 1.25}, scalar = {7};
  const std::vector<uint16_t> half = {f32_to_f16(-2), f32_to_f16(-1), 0, f32_to_f16(1), f32_to_f16(2)};
  const std::vector<uint16_t> brain = {f32_to_bf16(1), f32_to_bf16(-1), f32_to_bf16(2)};
  write_safetensors(path("x.safetensors"),
                    {{"b.half", {5}, StoredType::kF16, bytes_of(half)},
                     {"a.brain", {3}, StoredType::kBF16, bytes_of(brain)},
                     {"z.single", {2, 3}, StoredType::kF32, bytes_of(single)},
                     {"n.empty", {0, 3}, StoredType::kF32, {}},
                     {"m.scalar", {}, StoredType::kF32, bytes_of(scalar)}},
                    {{"format", "pt"}});
  EXPECT_EQ(base::read_file(path("x.safetensors")), base::read_file(golden_path("package.safetensors")));
}

TEST_F(SafetensorsWriter, ReadsBackWhatItWrote) {
  const std::vector<float> values = {1, -2, 3};
  write_safetensors(path("x.safetensors"),
                    {{"odd \"name\" \xc3\xa4", {3, 1}, StoredType::kF32, bytes_of(values)}}, {});
  const base::MappedFile file(path("x.safetensors"));
  const auto tensors = parse_safetensors(file.bytes(), "file");
  ASSERT_EQ(tensors.size(), 1u);
  EXPECT_EQ(tensors[0].name, "odd \"name\" \xc3\xa4");
  EXPECT_EQ(tensors[0].shape, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(0, std::memcmp(tensors[0].bytes.data(), values.data(), 12));
}

TEST_F(SafetensorsWriter, WritesAFileWithoutTensors) {
  write_safetensors(path("x.safetensors"), {}, {});
  const base::MappedFile file(path("x.safetensors"));
  EXPECT_TRUE(parse_safetensors(file.bytes(), "file").empty());
  EXPECT_EQ(file.bytes().size() % 8, 0u);
}

TEST_F(SafetensorsWriter, RefusesQuantisedTensorsAndLeavesNothing) {
  const std::string block(34, '\0');
  const auto write = [&] {
    write_safetensors(path("x.safetensors"), {{"q", {32}, StoredType::kQ8_0, as_span(block)}}, {});
  };
  EXPECT_CONTAINS(data_error(write), "found Q8_0; decode it first");
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(SafetensorsWriter, SaysWhenAFolderCannotBeWritten) {
  base::write_file(path("file"), "in the way");
  const auto write = [&] { write_safetensors(path("file") / "x.safetensors", {}, {}); };
  EXPECT_CONTAINS(error_of(base::ErrorKind::kIo, write), "cannot create folder");
}

}  // namespace
}  // namespace r2rank::model
