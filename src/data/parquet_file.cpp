#include "data/parquet_file.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::data {
namespace {

constexpr size_t kRowsOfBatch = size_t{1} << 20;  // of a row group that is written
constexpr int64_t kRowsRead = 1 << 16;

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

namespace {

arrow::Status write_batches(arrow::io::OutputStream& target, const std::shared_ptr<arrow::Schema>& schema,
                            size_t rows, const MakeColumns& make) {
  // The stream belongs to the caller.
  const std::shared_ptr<arrow::io::OutputStream> borrowed(std::shared_ptr<void>(), &target);
  const auto properties = parquet::WriterProperties::Builder().compression(arrow::Compression::ZSTD)->build();
  ARROW_ASSIGN_OR_RAISE(const auto writer, parquet::arrow::FileWriter::Open(
                                               *schema, arrow::default_memory_pool(), borrowed, properties));
  for (size_t begin = 0; begin < rows || begin == 0; begin += kRowsOfBatch) {
    const size_t end = std::min(begin + kRowsOfBatch, rows);
    const auto table = arrow::Table::Make(schema, make(begin, end));
    ARROW_RETURN_NOT_OK(writer->WriteTable(*table, static_cast<int64_t>(kRowsOfBatch)));
  }
  return writer->Close();
}

struct OpenParquet {
  arrow::ProxyMemoryPool counted{arrow::default_memory_pool()};
  arrow::CappedMemoryPool pool;
  std::unique_ptr<parquet::arrow::FileReader> reader;
  std::shared_ptr<arrow::RecordBatchReader> batches;

  explicit OpenParquet(int64_t file_bytes) : pool(&counted, (int64_t{256} << 20) + 256 * file_bytes) {}

  arrow::Status open(const std::shared_ptr<arrow::io::RandomAccessFile>& file) {
    parquet::ReaderProperties properties(&pool);
    properties.enable_buffered_stream();
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(file, properties));
    builder.memory_pool(&pool);
    ARROW_ASSIGN_OR_RAISE(reader, builder.Build());
    reader->set_batch_size(kRowsRead);
    ARROW_ASSIGN_OR_RAISE(batches, reader->GetRecordBatchReader());
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatch>> next() const {
    ARROW_ASSIGN_OR_RAISE(auto batch, batches->Next());
    if (batch) ARROW_RETURN_NOT_OK(batch->ValidateFull());
    return batch;
  }
};

arrow::Status status_of(const arrow::Status& status) {
  return status;
}
template <class T>
arrow::Status status_of(const arrow::Result<T>& result) {
  return result.status();
}

/// Parquet throws for some kinds of damage where Arrow returns a status.
template <class Action>
auto guarded(const std::string& source, const Action& action) {
  arrow::Status status;
  try {
    auto result = action();
    if (result.ok()) return result;
    status = status_of(result);
  } catch (const std::exception& error) {
    status = arrow::Status::IOError(error.what());
  }
  base::fail_data("parquet", "expected a Parquet file in {}: {}; make it anew", source, status.message());
}

template <class T>
T checked_io(arrow::Result<T> result, const std::string& path) {
  if (!result.ok()) base::fail_io("parquet", "cannot read {}: {}", path, io_reason(result.status()));
  return result.MoveValueUnsafe();
}

}  // namespace

void write_parquet(arrow::io::OutputStream& target, const std::string& where,
                   const std::shared_ptr<arrow::Schema>& schema, size_t rows, const MakeColumns& make) {
  const auto status = write_batches(target, schema, rows, make);
  if (status.IsIOError()) base::fail_io("parquet", "cannot write {}: {}", where, status.message());
  if (!status.ok())
    base::fail(base::ErrorKind::kResource, "parquet", "cannot encode a table: {}", status.message());
}

void read_batches(const std::shared_ptr<arrow::io::RandomAccessFile>& file, const arrow::Schema& schema,
                  const std::string& source, const UseBatch& use) {
  OpenParquet parquet(checked_io(file->GetSize(), source));
  static_cast<void>(guarded(source, [&] { return parquet.open(file); }));
  if (const auto& found = *parquet.batches->schema(); !found.Equals(schema, /*check_metadata=*/false))
    base::fail_data("parquet", "expected the columns\n{}\nin {}, found\n{}", schema.ToString(), source,
                    found.ToString());
  while (const auto batch = guarded(source, [&] { return parquet.next(); }).ValueUnsafe()) {
    for (const auto& column : batch->columns())
      if (column->null_count() > 0)
        base::fail_data("parquet", "expected no nulls in {}, found {}", source, column->null_count());
    use(*batch);
  }
}

std::string io_reason(const arrow::Status& status) {
  return status.detail() ? status.detail()->ToString() : status.message();
}

std::shared_ptr<arrow::io::RandomAccessFile> open_random(const base::Path& path) {
  return checked_io(arrow::io::ReadableFile::Open(path.string()), path.string());
}

std::shared_ptr<arrow::io::RandomAccessFile> as_random(const std::string& bytes) {
  return std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(
      reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())));
}

}  // namespace r2rank::data
