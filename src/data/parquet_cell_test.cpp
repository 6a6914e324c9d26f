#include "data/parquet_cell.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(const arrow::Array& array) {
  EXPECT_TRUE(is_cell_type(*array.type())) << array.type()->ToString();
  Texts texts;
  for (int64_t row = 0; row < array.length(); ++row) append_cell(array, row, texts.emplace_back());
  return texts;
}

std::shared_ptr<arrow::Array> array_of(const std::shared_ptr<arrow::DataType>& type,
                                       const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

Texts texts_of(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return texts_of(*array_of(type, json));
}

TEST(ParquetCell, WritesWholeNumbersOfEveryWidth) {
  for (const auto& type : {arrow::int8(), arrow::int16(), arrow::int32(), arrow::int64()})
    EXPECT_EQ(texts_of(type, "[-128, null, 127]"), (Texts{"-128", "", "127"})) << type->ToString();
  for (const auto& type : {arrow::uint8(), arrow::uint16(), arrow::uint32(), arrow::uint64()})
    EXPECT_EQ(texts_of(type, "[0, null, 255]"), (Texts{"0", "", "255"})) << type->ToString();
  EXPECT_EQ(texts_of(arrow::int64(), "[-9223372036854775808]"), (Texts{"-9223372036854775808"}));
  EXPECT_EQ(texts_of(arrow::uint64(), "[18446744073709551615]"), (Texts{"18446744073709551615"}));
}

TEST(ParquetCell, WritesRealNumbersAsShortAsTheyAreAndNoNan) {
  EXPECT_EQ(texts_of(arrow::float32(), "[0.1, 5.0, NaN, null]"), (Texts{"0.1", "5", "", ""}));
  EXPECT_EQ(texts_of(arrow::float64(), "[0.1, -2.5, 5.0, NaN, Inf]"), (Texts{"0.1", "-2.5", "5", "", "inf"}));
  EXPECT_EQ(texts_of(arrow::float16(), "[1.5, null, -2.0]"), (Texts{"1.5", "", "-2"}));
  EXPECT_EQ(texts_of(arrow::decimal128(5, 2), R"(["123.40", null, "-0.05"])"),
            (Texts{"123.40", "", "-0.05"}));
  EXPECT_EQ(texts_of(arrow::decimal256(50, 1), R"(["1.5"])"), (Texts{"1.5"}));
}

TEST(ParquetCell, WritesMomentsInWholeSecondsRoundedDown) {
  using Unit = arrow::TimeUnit;
  EXPECT_EQ(texts_of(arrow::timestamp(Unit::SECOND), "[1500000000, -1, null]"),
            (Texts{"1500000000", "-1", ""}));
  for (const auto& [unit, zeros] : {std::pair{Unit::MILLI, "000"}, std::pair{Unit::MICRO, "000000"},
                                    std::pair{Unit::NANO, "000000000"}}) {
    const std::string nines = std::string(std::string_view(zeros).size(), '9');
    // 7 s, just below 8 s, just below 0 s, -1 s, just below 0 s again and just below -1 s
    const std::string json = fmt::format("[7{0}, 7{1}, -1, -1{0}, -{1}, -1{2}1]", zeros, nines,
                                         std::string(nines.size() - 1, '0'));
    EXPECT_EQ(texts_of(arrow::timestamp(unit, "UTC"), json), (Texts{"7", "7", "-1", "-1", "-1", "-2"}))
        << zeros;
  }
}

TEST(ParquetCell, WritesDaysAsTheSecondsOfTheirBeginning) {
  EXPECT_EQ(texts_of(arrow::date32(), "[2, 0, -1, null]"), (Texts{"172800", "0", "-86400", ""}));
  EXPECT_EQ(texts_of(arrow::date32(), "[2147483647]"), (Texts{"185542587100800"})) << "more than 32 bits";
  EXPECT_EQ(texts_of(arrow::date64(), "[172800000, -86400000]"), (Texts{"172800", "-86400"}));
}

TEST(ParquetCell, WritesTextsBytesAndTruth) {
  for (const auto& type : {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(), arrow::binary(),
                           arrow::large_binary(), arrow::binary_view()})
    EXPECT_EQ(texts_of(type, R"(["a|b", "", null, "\u00e9"])"), (Texts{"a|b", "", "", "\u00E9"}))
        << type->ToString();
  EXPECT_EQ(texts_of(arrow::boolean(), "[true, null, false]"), (Texts{"true", "", "false"}));
  EXPECT_EQ(texts_of(arrow::null(), "[null]"), (Texts{""}));
  std::string text = "before ";
  append_cell(*array_of(arrow::utf8(), R"(["and behind"])"), 0, text);
  EXPECT_EQ(text, "before and behind");
}

TEST(ParquetCell, EndsEveryElementOfAListAndFlattensListsOfLists) {
  EXPECT_EQ(texts_of(arrow::list(arrow::utf8()), R"([["p", "q"], [], null, ["r", null]])"),
            (Texts{"p\x1fq\x1f", "", "", "r\x1f\x1f"}));
  EXPECT_EQ(texts_of(arrow::large_list(arrow::list(arrow::int32())), "[[[1, 2], [], [3]], [[4]]]"),
            (Texts{"1\x1f"
                   "2\x1f"
                   "3\x1f",
                   "4\x1f"}));
}

TEST(ParquetCell, LooksCodesUpInTheirDictionary) {
  const auto type = arrow::dictionary(arrow::int8(), arrow::utf8());
  const auto coded = arrow::DictionaryArray::FromArrays(type, array_of(arrow::int8(), "[1, null, 0, 2]"),
                                                        array_of(arrow::utf8(), R"(["x", "y", null])"))
                         .ValueOrDie();
  EXPECT_EQ(texts_of(*coded), (Texts{"y", "", "x", ""}));
}

TEST(ParquetCell, CountsRowsFromTheBeginningOfASlice) {
  const auto lists = array_of(arrow::list(arrow::utf8()), R"([["a"], ["b", "c"], null, ["d"]])");
  EXPECT_EQ(texts_of(*lists->Slice(1)), (Texts{"b\x1f"
                                               "c\x1f",
                                               "", "d\x1f"}));
  EXPECT_EQ(texts_of(*array_of(arrow::int32(), "[1, 2, null]")->Slice(1)), (Texts{"2", ""}));
}

TEST(ParquetCell, KnowsWhatCannotStandInACell) {
  const auto structs = arrow::struct_({arrow::field("x", arrow::int64())});
  for (const auto& type : {structs, arrow::list(structs), arrow::dictionary(arrow::int8(), structs),
                           arrow::map(arrow::utf8(), arrow::utf8()), arrow::fixed_size_binary(4),
                           arrow::time32(arrow::TimeUnit::SECOND), arrow::fixed_size_list(arrow::int32(), 2),
                           arrow::duration(arrow::TimeUnit::SECOND)})
    EXPECT_FALSE(is_cell_type(*type)) << type->ToString();
}

}  // namespace
}  // namespace r2rank::data
