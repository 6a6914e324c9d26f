#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

namespace r2rank::data {

/// A table as the bytes of a Parquet file (zstd).
std::string to_parquet(const arrow::Table& table);
/// The table in the bytes of a Parquet file; its schema must equal `schema` in names and types, nulls are
/// refused. Errors: kData naming `source`.
std::shared_ptr<arrow::Table> from_parquet(const std::string& bytes, const arrow::Schema& schema,
                                           const std::string& source);

}  // namespace r2rank::data
