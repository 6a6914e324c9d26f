#pragma once

#include <arrow/io/type_fwd.h>
#include <arrow/type_fwd.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/files.h"

namespace r2rank::data {

/// A table as the bytes of a Parquet file (zstd). Its schema's metadata and exact types are kept where it has
/// metadata.
std::string to_parquet(const arrow::Table& table);
/// The table in the bytes of a Parquet file, which must outlive it, as it must outlive its columns. Damage of
/// any kind is the result's status, and so is a file that would unpack to more than 256 MiB + 256 times its
/// size; what is read is valid in itself, not yet of the expected columns.
arrow::Result<std::shared_ptr<arrow::Table>> read_parquet(std::span<const std::byte> bytes);

/// Writes a Parquet file (zstd) of `rows` rows of which few are in memory: `make` gives the columns of the
/// rows [begin, end). Errors: kResource.
using MakeColumns = std::function<std::vector<std::shared_ptr<arrow::Array>>(size_t begin, size_t end)>;
void write_parquet(arrow::io::OutputStream& target, const std::string& where,
                   const std::shared_ptr<arrow::Schema>& schema, size_t rows, const MakeColumns& make);

/// Reads a Parquet file batch by batch. Its schema must equal `schema` in names and types, nulls are refused.
/// Errors: kData naming `source`, also for a file whose batches would take more than 256 MiB + 256 times its
/// size.
using UseBatch = std::function<void(const arrow::RecordBatch&)>;
void read_batches(const std::shared_ptr<arrow::io::RandomAccessFile>& file, const arrow::Schema& schema,
                  const std::string& source, const UseBatch& use);

/// What the system said ("[errno 13] Permission denied"), else the status's message.
std::string io_reason(const arrow::Status& status);

/// A file of the system, or bytes that must outlive it, to read from. Errors: kIo.
std::shared_ptr<arrow::io::RandomAccessFile> open_random(const base::Path& path);
std::shared_ptr<arrow::io::RandomAccessFile> as_random(const std::string& bytes);

}  // namespace r2rank::data
