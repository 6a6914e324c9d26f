#include "model/format/gguf_values.h"

#include "model/format/test_gguf.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

// Reads what follows the key: a type and a value.
GgufValue read(const GgufBytes& bytes) {
  ByteReader reader(bytes.span(), "gguf", "file");
  return read_gguf_value(reader, "some.key");
}

template <class T>
GgufValue read_scalar(uint32_t type, T value) {
  return read(GgufBytes().number(type).number(value));
}

GgufBytes array(uint32_t type, uint64_t count) {
  return GgufBytes().number<uint32_t>(9).number(type).number(count);
}

TEST(GgufValues, ReadsEveryScalarType) {
  EXPECT_EQ(read_scalar<uint8_t>(0, 200), GgufValue(uint64_t{200}));
  EXPECT_EQ(read_scalar<int8_t>(1, -100), GgufValue(int64_t{-100}));
  EXPECT_EQ(read_scalar<uint16_t>(2, 60000), GgufValue(uint64_t{60000}));
  EXPECT_EQ(read_scalar<int16_t>(3, -30000), GgufValue(int64_t{-30000}));
  EXPECT_EQ(read_scalar<uint32_t>(4, 4000000000u), GgufValue(uint64_t{4000000000u}));
  EXPECT_EQ(read_scalar<int32_t>(5, -7), GgufValue(int64_t{-7}));
  EXPECT_EQ(read_scalar<float>(6, 0.5f), GgufValue(0.5));
  EXPECT_EQ(read_scalar<uint8_t>(7, 1), GgufValue(true));
  EXPECT_EQ(read_scalar<uint64_t>(10, ~uint64_t{0}), GgufValue(~uint64_t{0}));
  EXPECT_EQ(read_scalar<int64_t>(11, -8), GgufValue(int64_t{-8}));
  EXPECT_EQ(read_scalar<double>(12, 0.1), GgufValue(0.1));
  EXPECT_EQ(read(GgufBytes().number<uint32_t>(8).text("hello")), GgufValue(std::string("hello")));
}

TEST(GgufValues, ReadsArrays) {
  EXPECT_EQ(read(array(8, 2).text("a").text("")), GgufValue(std::vector<std::string>{"a", ""}));
  EXPECT_EQ(read(array(5, 2).number<int32_t>(-1).number<int32_t>(3)), GgufValue(std::vector<int64_t>{-1, 3}));
  EXPECT_EQ(read(array(6, 1).number(0.25f)), GgufValue(std::vector<double>{0.25}));
  EXPECT_EQ(read(array(7, 2).number<uint8_t>(1).number<uint8_t>(0)), GgufValue(std::vector<int64_t>{1, 0}));
  EXPECT_EQ(read(array(8, 0)), GgufValue(std::vector<std::string>{}));
}

TEST(GgufValues, RefusesTypesThatGgufDoesNotKnow) {
  EXPECT_CONTAINS(data_error([] { read_scalar<uint32_t>(13, 0); }), "'some.key' has a value of type 13");
  EXPECT_CONTAINS(data_error([] { read(array(0xffffffffu, 0)); }), "type 4294967295");
}

TEST(GgufValues, RefusesNestedArrays) {
  EXPECT_CONTAINS(data_error([] { read(array(9, 1).number<uint32_t>(4).number<uint64_t>(0)); }),
                  "array of arrays");
}

TEST(GgufValues, RefusesCountsAndLengthsTheFileCannotHold) {
  for (const uint32_t type : {0u, 4u, 6u, 8u, 10u})
    EXPECT_CONTAINS(data_error([&] { read(array(type, uint64_t{1} << 62).number<uint64_t>(0)); }),
                    "elements of an array");
  EXPECT_CONTAINS(data_error([] { read(GgufBytes().number<uint32_t>(8).number(~uint64_t{0})); }),
                  "a metadata string");
  EXPECT_CONTAINS(data_error([] { read(array(8, 1).number<uint64_t>(9).raw("abc")); }),
                  "a string of an array");
}

TEST(GgufValues, RefusesABooleanThatIsNeither) {
  EXPECT_CONTAINS(data_error([] { read_scalar<uint8_t>(7, 2); }), "neither true nor false");
}

TEST(GgufValues, RefusesAnUnsignedElementThatDoesNotFit) {
  EXPECT_CONTAINS(data_error([] { read(array(10, 1).number(~uint64_t{0})); }), "too large");
}

}  // namespace
}  // namespace r2rank::model
