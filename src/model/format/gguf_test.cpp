#include "model/format/gguf.h"

#include "model/format/test_gguf.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

std::string error_of_bytes(const GgufBytes& bytes) {
  return data_error([&] { parse_gguf(bytes.span(), "some file"); });
}

TEST(Gguf, ReadsMetadataOfBothVersions) {
  for (const uint32_t version : {2u, 3u}) {
    const auto bytes = GgufBytes().header(0, 2, version).u32("a", 7).string("b", "text");
    const auto file = parse_gguf(bytes.span(), "file");
    EXPECT_EQ(file.metadata.at("a"), GgufValue(uint64_t{7}));
    EXPECT_EQ(file.metadata.at("b"), GgufValue(std::string("text")));
    EXPECT_TRUE(file.tensors.empty());
  }
}

TEST(Gguf, SaysWhenAFileIsSomethingElse) {
  EXPECT_CONTAINS(error_of_bytes(GgufBytes()), "some file: expected a GGUF file, found an empty one");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().raw("PK\x03\x04 a zip archive")), "it would begin with 'GGUF'");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().raw("GG")), "truncated");
}

TEST(Gguf, RefusesOtherVersionsAndByteOrders) {
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 0, 1)), "found 1");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 0, 4)), "found 4");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 0, 0x03000000)), "a big-endian file");
}

TEST(Gguf, RefusesCountsTheFileCannotHold) {
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(~uint64_t{0}, 0)), "18446744073709551615 tensors");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, uint64_t{1} << 60)), "metadata entries");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 2).u32("only.one", 1)), "truncated");
}

TEST(Gguf, RefusesAKeyTwice) {
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 2).u32("same", 1).u32("same", 2)),
                  "'same' occurs twice");
}

TEST(Gguf, HonoursTheAlignmentOfTheFile) {
  const auto bytes =
      GgufBytes().header(2, 1).u32("general.alignment", 8).tensor("a", {1}, 0, 0).tensor("b", {1}, 0, 8);
  const auto whole = GgufBytes(bytes).pad(8).number(1.0f).pad(8).number(2.0f);
  const auto file = parse_gguf(whole.span(), "file");
  float value = 0;
  decode_f32(file.tensors[1], std::span(&value, 1));
  EXPECT_EQ(value, 2.0f);
}

TEST(Gguf, RefusesAnImpossibleAlignment) {
  for (const uint32_t alignment : {0u, 3u, 0x80000000u})
    EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 1).u32("general.alignment", alignment)),
                    "power of two");
  EXPECT_CONTAINS(error_of_bytes(GgufBytes().header(0, 1).string("general.alignment", "32")), "power of two");
}

// Cut anywhere, a file is refused with one clear error and nothing else happens.
TEST(Gguf, RefusesEveryTruncationOfARealFile) {
  const std::string bytes = base::read_file(golden_path("tiny_llama3.gguf"));
  ASSERT_NO_THROW(parse_gguf(as_span(bytes), "file"));
  for (size_t size = 0; size < bytes.size(); size += size < 2000 ? 1 : 97) {
    const std::string cut = bytes.substr(0, size);  // a copy, so that a sanitizer sees any read past its end
    EXPECT_NE(data_error([&] { parse_gguf(as_span(cut), "file"); }), "") << size;
  }
}

}  // namespace
}  // namespace r2rank::model
