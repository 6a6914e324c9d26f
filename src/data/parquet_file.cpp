#include "data/parquet_file.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include "base/error.h"

namespace r2rank::data {
namespace {

arrow::Result<std::shared_ptr<arrow::Buffer>> write(const arrow::Table& table) {
  ARROW_ASSIGN_OR_RAISE(const auto sink, arrow::io::BufferOutputStream::Create());
  const auto properties = parquet::WriterProperties::Builder().compression(arrow::Compression::ZSTD)->build();
  ARROW_RETURN_NOT_OK(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), sink,
                                                 parquet::DEFAULT_MAX_ROW_GROUP_LENGTH, properties));
  return sink->Finish();
}

arrow::Result<std::shared_ptr<arrow::Table>> read(const std::string& bytes) {
  const auto source =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::Wrap(bytes.data(), bytes.size()));
  ARROW_ASSIGN_OR_RAISE(const auto reader, parquet::arrow::OpenFile(source, arrow::default_memory_pool()));
  return reader->ReadTable();
}

arrow::Result<std::shared_ptr<arrow::Table>> read_guarded(const std::string& bytes) {
  try {
    return read(bytes);
  } catch (const std::exception& error) {  // Parquet throws for some kinds of damage
    return arrow::Status::IOError(error.what());
  }
}

}  // namespace

std::string to_parquet(const arrow::Table& table) {
  const auto bytes = write(table);
  if (!bytes.ok())
    base::fail(base::ErrorKind::kResource, "parquet", "cannot encode a table: {}", bytes.status().message());
  return (*bytes)->ToString();
}

std::shared_ptr<arrow::Table> from_parquet(const std::string& bytes, const arrow::Schema& schema,
                                           const std::string& source) {
  const auto table = read_guarded(bytes);
  if (!table.ok())
    base::fail_data("parquet", "expected a Parquet file in {}: {}; make it anew", source,
                    table.status().message());
  if (!(*table)->schema()->Equals(schema, /*check_metadata=*/false))
    base::fail_data("parquet", "expected the columns\n{}\nin {}, found\n{}", schema.ToString(), source,
                    (*table)->schema()->ToString());
  if (const auto valid = (*table)->ValidateFull(); !valid.ok())
    base::fail_data("parquet", "expected intact columns in {}: {}", source, valid.message());
  for (const auto& column : (*table)->columns())
    if (column->null_count() > 0)
      base::fail_data("parquet", "expected no nulls in {}, found {}", source, column->null_count());
  return *table;
}

}  // namespace r2rank::data
