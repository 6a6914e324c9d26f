#include "model/format/gguf_tensors.h"

#include "model/format/gguf.h"
#include "model/format/test_gguf.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

// A file of two F32 tensors of four elements each, the second's description replaceable.
GgufBytes two_tensors(const std::string& name, const std::vector<uint64_t>& sizes, uint32_t type,
                      uint64_t offset) {
  GgufBytes bytes;
  bytes.header(2, 0).tensor("first", {4}, 0, 0).tensor(name, sizes, type, offset).pad();
  return bytes.raw(std::string(16, 'a')).pad().raw(std::string(16, 'b'));
}

std::string error_with(const std::string& name, const std::vector<uint64_t>& sizes, uint32_t type,
                       uint64_t offset) {
  const auto bytes = two_tensors(name, sizes, type, offset);
  return data_error([&] { parse_gguf(bytes.span(), "file"); });
}

TEST(GgufTensors, PointIntoTheFileWithTheirShapeReversed) {
  const auto bytes = two_tensors("second", {2, 1, 2}, 0, 32);
  const auto tensors = parse_gguf(bytes.span(), "file").tensors;
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[1].name, "second");
  EXPECT_EQ(tensors[1].shape, (std::vector<int64_t>{2, 1, 2}));
  ASSERT_EQ(tensors[1].bytes.size(), 16u);
  EXPECT_EQ(tensors[1].bytes[0], std::byte{'b'});
  EXPECT_EQ(tensors[0].bytes[0], std::byte{'a'});
}

TEST(GgufTensors, TypesThatCannotBeReadAreNamed) {
  EXPECT_CONTAINS(error_with("blk.0.x", {256}, 13, 32), "tensor 'blk.0.x' has type Q5_K (13), expected F32");
  EXPECT_CONTAINS(error_with("second", {4}, 26, 32), "I32");
  EXPECT_CONTAINS(error_with("second", {4}, 39, 32), "MXFP4");
  EXPECT_CONTAINS(error_with("second", {4}, 4000000000u, 32), "an unknown type (4000000000)");
}

TEST(GgufTensors, NamesMayNotOccurTwice) {
  EXPECT_CONTAINS(error_with("first", {4}, 0, 32), "'first' occurs twice");
}

TEST(GgufTensors, ImpossibleShapesAreRefused) {
  EXPECT_CONTAINS(error_with("second", {}, 0, 32), "0 dimensions");
  EXPECT_CONTAINS(error_with("second", {1, 1, 1, 1, 1}, 0, 32), "5 dimensions");
  EXPECT_CONTAINS(error_with("second", {0}, 0, 32), "a dimension of 0");
  EXPECT_CONTAINS(error_with("second", {~uint64_t{0}}, 0, 32), "a dimension of 18446744073709551615");
  EXPECT_CONTAINS(error_with("second", {uint64_t{1} << 40, uint64_t{1} << 40}, 0, 32), "impossible shape");
  EXPECT_CONTAINS(error_with("second", {33}, 8, 32), "rows hold blocks of 32");
  EXPECT_CONTAINS(error_with("second", {16, 2}, 8, 32), "rows hold blocks of 32");
}

TEST(GgufTensors, DataMustLieInTheFile) {
  EXPECT_CONTAINS(error_with("second", {5}, 0, 32), "ends past the end of the file");
  EXPECT_CONTAINS(error_with("second", {4}, 0, 64), "ends past the end of the file");
  EXPECT_CONTAINS(error_with("second", {4}, 0, ~uint64_t{31}), "ends past the end of the file");
}

TEST(GgufTensors, DataMustBeAlignedAndApart) {
  EXPECT_CONTAINS(error_with("second", {4}, 0, 16), "expected a multiple of 32");
  EXPECT_CONTAINS(error_with("second", {4}, 0, 0), "'first' and 'second' overlap");
}

TEST(GgufTensors, NamesMayNotBeEndless) {
  EXPECT_CONTAINS(error_with(std::string(257, 'n'), {4}, 0, 32), "at most 256 bytes");
}

}  // namespace
}  // namespace r2rank::model
