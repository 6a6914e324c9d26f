#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace r2rank::data {

/// A table as the bytes of a Parquet file (zstd). Its schema's metadata and exact types are kept where it has
/// metadata.
std::string to_parquet(const arrow::Table& table);
/// The table in the bytes of a Parquet file, which must outlive it, as it must outlive its columns. Damage of
/// any kind is the result's status, and so is a file that would unpack to more than 256 MiB + 256 times its
/// size; what is read is valid in itself, not yet of the expected columns.
arrow::Result<std::shared_ptr<arrow::Table>> read_parquet(std::span<const std::byte> bytes);
/// The table in the bytes of a Parquet file; its schema must equal `schema` in names and types, nulls are
/// refused. Errors: kData naming `source`.
std::shared_ptr<arrow::Table> from_parquet(const std::string& bytes, const arrow::Schema& schema,
                                           const std::string& source);

}  // namespace r2rank::data
