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
  parquet::ArrowWriterProperties::Builder arrow_properties;
  if (table.schema()->HasMetadata()) arrow_properties.store_schema();  // else Parquet drops the metadata
  ARROW_RETURN_NOT_OK(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), sink,
                                                 parquet::DEFAULT_MAX_ROW_GROUP_LENGTH, properties,
                                                 arrow_properties.build()));
  return sink->Finish();
}

/// A table and the memory it lies in. Sizes in a Parquet file are claims: a page of a few bytes may announce
/// a hundred gigabytes.
struct BoundedTable {
  arrow::ProxyMemoryPool counted{arrow::default_memory_pool()};
  arrow::CappedMemoryPool pool;
  std::shared_ptr<arrow::Table> table;

  explicit BoundedTable(size_t file_bytes)
      : pool(&counted, (int64_t{256} << 20) + 256 * static_cast<int64_t>(file_bytes)) {}
};

arrow::Result<std::shared_ptr<arrow::Table>> read(std::span<const std::byte> bytes) {
  const auto bounded = std::make_shared<BoundedTable>(bytes.size());
  const auto buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                      static_cast<int64_t>(bytes.size()));
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::make_shared<arrow::io::BufferReader>(buffer),
                                   parquet::ReaderProperties(&bounded->pool)));
  builder.memory_pool(&bounded->pool);
  ARROW_ASSIGN_OR_RAISE(const auto reader, builder.Build());
  ARROW_ASSIGN_OR_RAISE(bounded->table, reader->ReadTable());
  ARROW_RETURN_NOT_OK(bounded->table->ValidateFull());
  return std::shared_ptr<arrow::Table>(bounded, bounded->table.get());
}

}  // namespace

std::string to_parquet(const arrow::Table& table) {
  const auto bytes = write(table);
  if (!bytes.ok())
    base::fail(base::ErrorKind::kResource, "parquet", "cannot encode a table: {}", bytes.status().message());
  return (*bytes)->ToString();
}

arrow::Result<std::shared_ptr<arrow::Table>> read_parquet(std::span<const std::byte> bytes) {
  try {
    return read(bytes);
  } catch (const std::exception& error) {  // Parquet throws for some kinds of damage
    return arrow::Status::IOError(error.what());
  }
}

std::shared_ptr<arrow::Table> from_parquet(const std::string& bytes, const arrow::Schema& schema,
                                           const std::string& source) {
  const auto table = read_parquet(std::as_bytes(std::span(bytes)));
  if (!table.ok())
    base::fail_data("parquet", "expected a Parquet file in {}: {}; make it anew", source,
                    table.status().message());
  if (!(*table)->schema()->Equals(schema, /*check_metadata=*/false))
    base::fail_data("parquet", "expected the columns\n{}\nin {}, found\n{}", schema.ToString(), source,
                    (*table)->schema()->ToString());
  for (const auto& column : (*table)->columns())
    if (column->null_count() > 0)
      base::fail_data("parquet", "expected no nulls in {}, found {}", source, column->null_count());
  return *table;
}

}  // namespace r2rank::data
