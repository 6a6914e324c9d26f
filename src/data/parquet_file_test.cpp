#include "data/parquet_file.h"

#include <arrow/api.h>
#include <arrow/device.h>

#include "base/printable.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using Schema = std::shared_ptr<arrow::Schema>;

std::shared_ptr<arrow::Array> finished(arrow::ArrayBuilder& builder) {
  std::shared_ptr<arrow::Array> array;
  EXPECT_TRUE(builder.Finish(&array).ok());
  return array;
}

std::shared_ptr<arrow::Array> numbers(const std::vector<int64_t>& values, const std::vector<bool>& valid) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues(values, valid).ok());
  return finished(builder);
}

std::shared_ptr<arrow::Array> names(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return finished(builder);
}

Schema number_and_name() {
  return arrow::schema(
      {arrow::field("number", arrow::int64(), false), arrow::field("name", arrow::utf8(), false)});
}

std::shared_ptr<arrow::Table> example() {
  return arrow::Table::Make(
      number_and_name(),
      arrow::ArrayVector{numbers({1, -5, INT64_MAX}, {true, true, true}), names({"one", "", "caf\u00E9"})});
}

/// The whole file, in memory of its own: what read_batches() gives lives as long as it reads.
std::shared_ptr<arrow::Table> from_parquet(const std::string& bytes, const arrow::Schema& schema,
                                           const std::string& source) {
  arrow::RecordBatchVector batches;
  read_batches(as_random(bytes), schema, source, [&](const arrow::RecordBatch& batch) {
    batches.push_back(batch.CopyTo(arrow::default_cpu_memory_manager()).ValueOrDie());
  });
  return arrow::Table::FromRecordBatches(arrow::schema(schema.fields()), batches).ValueOrDie();
}

std::string refusal(const std::string& bytes, const Schema& schema = number_and_name()) {
  return error_of(base::ErrorKind::kData, [&] { from_parquet(bytes, *schema, "broken.parquet"); });
}

TEST(ParquetFile, ReturnsTheTableThatWasWritten) {
  const auto found = from_parquet(to_parquet(*example()), *number_and_name(), "x");
  EXPECT_TRUE(found->Equals(*example()));
}

TEST(ParquetFile, ReturnsATableWithoutRows) {
  const auto empty = example()->Slice(0, 0);
  const auto found = from_parquet(to_parquet(*empty), *number_and_name(), "x");
  EXPECT_EQ(found->num_rows(), 0);
  EXPECT_EQ(found->num_columns(), 2);
}

TEST(ParquetFile, ReturnsATableInPiecesAsOne) {
  const auto whole = arrow::ConcatenateTables({example(), example()->Slice(1)});
  ASSERT_TRUE(whole.ok());
  const auto found = from_parquet(to_parquet(**whole), *number_and_name(), "x");
  EXPECT_EQ(found->num_rows(), 5);
  EXPECT_TRUE(found->Equals(**whole));
}

TEST(ParquetFile, KeepsMetadataAndExactTypesOfASchemaWithMetadata) {
  const auto metadata = arrow::key_value_metadata({"key"}, {"value"});
  const auto bytes = to_parquet(*example()->ReplaceSchemaMetadata(metadata));
  const auto found = read_parquet(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE((*found)->Equals(*example()));
  ASSERT_NE((*found)->schema()->metadata(), nullptr);
  EXPECT_EQ(*(*found)->schema()->metadata()->Get("key"), "value");
}

TEST(ParquetFile, ReportsDamageAsAStatusWhereNoColumnsAreExpected) {
  const std::string whole = to_parquet(*example());
  EXPECT_TRUE(read_parquet(std::as_bytes(std::span(whole))).ok());
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_parquet(std::as_bytes(std::span(whole.data(), size))).ok()) << size;
}

/// Found by fuzzing: 1,565 bytes, a page of which claims values enough for 137 GB.
TEST(ParquetFile, RefusesAPageThatClaimsMoreThanTheFileCanHold) {
  const std::string bytes =
      base::read_file(R2RANK_SOURCE_DIR "/tests/fuzz/per_user_fuzz/page_of_many_values.parquet");
  const auto found = read_parquet(std::as_bytes(std::span(bytes)));
  ASSERT_FALSE(found.ok());
  expect_parts(found.status().message(), {"cap exceeded", "requested=137438953472"});
  EXPECT_LT(arrow::default_memory_pool()->max_memory(), 1 << 30);
}

TEST(ParquetFile, RefusesOtherColumnsThanTheExpected) {
  const std::string bytes = to_parquet(*example());
  const auto number = arrow::field("number", arrow::int64(), false),
             name = arrow::field("name", arrow::utf8(), false);
  for (const Schema& other :
       {arrow::schema({number}), arrow::schema({name, number}), arrow::schema({number, name, name}),
        arrow::schema({number->WithName("count"), name}), arrow::schema({number->WithNullable(true), name}),
        arrow::schema({number->WithType(arrow::int32()), name}),
        arrow::schema({number, name->WithType(arrow::binary())})})
    expect_parts(refusal(bytes, other), {"expected the columns", base::printable(other->ToString()),
                                         "broken.parquet", "found", "number: int64 not null"});
}

TEST(ParquetFile, RefusesNullsAndCountsThem) {
  const auto schema = arrow::schema({arrow::field("number", arrow::int64(), true)});
  const auto table =
      arrow::Table::Make(schema, arrow::ArrayVector{numbers({1, 2, 3, 4}, {true, false, true, false})});
  expect_parts(refusal(to_parquet(*table), schema), {"expected no nulls in broken.parquet, found 2"});
}

TEST(ParquetFile, RefusesWhatIsNoParquetFile) {
  for (const std::string& bytes :
       {std::string(), std::string("PAR1"), std::string("PAR1PAR1"), std::string("PAR1\0\0\0\0PAR1", 12),
        std::string("PAR1\xFF\xFF\xFF\xFFPAR1"), std::string("user_id,item_id\nann,tea\n")})
    expect_parts(refusal(bytes), {"expected a Parquet file in broken.parquet", "make it anew"});
}

TEST(ParquetFile, RefusesEveryTruncation) {
  const std::string whole = to_parquet(*example());
  for (size_t size = 0; size < whole.size(); ++size)
    expect_parts(refusal(whole.substr(0, size)), {"expected a Parquet file in broken.parquet"});
}

}  // namespace
}  // namespace r2rank::data
