#pragma once

#include <arrow/io/type_fwd.h>

#include <memory>
#include <string>

#include "data/dataset.h"

namespace r2rank::data {

/// Writes the three tables of a dataset folder as Parquet files, a row group after the other. Errors: kIo
/// naming `where`, kResource.
void write_interactions(const Dataset& dataset, arrow::io::OutputStream& target, const std::string& where);
void write_items(const Dataset& dataset, arrow::io::OutputStream& target, const std::string& where);
void write_users(const Dataset& dataset, arrow::io::OutputStream& target, const std::string& where);

/// The inverse; each fills its part of `dataset`. Columns must have the expected names and types and hold no
/// nulls. Errors: kData naming `source`.
using TableFile = std::shared_ptr<arrow::io::RandomAccessFile>;
void read_interactions(const TableFile& file, const std::string& source, Dataset& dataset);
void read_items(const TableFile& file, const std::string& source, Dataset& dataset);
void read_users(const TableFile& file, const std::string& source, Dataset& dataset);

/// The same with the bytes of such files.
std::string interactions_to_parquet(const Dataset& dataset);
std::string items_to_parquet(const Dataset& dataset);
std::string users_to_parquet(const Dataset& dataset);
void interactions_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset);
void items_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset);
void users_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset);

}  // namespace r2rank::data
