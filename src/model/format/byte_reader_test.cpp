#include "model/format/byte_reader.h"

#include "model/format/test_gguf.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

TEST(ByteReader, ReadsFrontToBack) {
  const auto bytes = GgufBytes().number<uint16_t>(513).text("ab").number(-1.5f);
  ByteReader reader(bytes.span(), "gguf", "file");
  EXPECT_EQ(reader.number<uint16_t>("a number"), 513);
  EXPECT_EQ(reader.text("a text", 2), "ab");
  EXPECT_EQ(reader.number<float>("a number"), -1.5f);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReader, SaysWhatWasMissingAndWhere) {
  const auto bytes = GgufBytes().number<uint32_t>(1).number<uint16_t>(2);
  ByteReader reader(bytes.span(), "gguf", "some file");
  reader.number<uint32_t>("a number");
  const auto text = data_error([&] { reader.number<uint32_t>("the version"); });
  EXPECT_CONTAINS(text, "[gguf] some file: expected the version (4 bytes) at byte 4, found only 2 more");
}

TEST(ByteReader, RefusesALengthThatWouldWrapAround) {
  const auto bytes = GgufBytes().number(~uint64_t{0}).raw("abc");
  ByteReader reader(bytes.span(), "gguf", "file");
  EXPECT_CONTAINS(data_error([&] { reader.text("a name", ~uint64_t{0}); }), "found only 3 more");
}

TEST(ByteReader, RefusesATextLongerThanAllowed) {
  const auto bytes = GgufBytes().text("abc");
  ByteReader reader(bytes.span(), "gguf", "file");
  EXPECT_CONTAINS(data_error([&] { reader.text("a name", 2); }), "at most 2 bytes");
}

TEST(ByteReader, RefusesACountTheFileCannotHold) {
  const auto bytes = GgufBytes().number<uint64_t>(4).raw("0123456789abcdef");
  ByteReader fitting(bytes.span(), "gguf", "file"), larger(bytes.span(), "gguf", "file");
  EXPECT_EQ(fitting.count("things", 4), 4u);
  EXPECT_CONTAINS(data_error([&] { larger.count("things", 5); }), "found 4 things");
}

}  // namespace
}  // namespace r2rank::model
