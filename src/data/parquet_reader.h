#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// The rows of a Parquet file as text, wanted columns only, one batch of rows in memory: text, numbers,
/// booleans, decimals, timestamps and dates (as whole Unix seconds), lists of those as JsonlReader gives
/// them; null is an empty cell. Errors: kData for a damaged file, a wanted column of another type, and a file
/// that would take more than 256 MiB + 256 times its size; kIo. RowError for text that is not UTF-8.
std::unique_ptr<RecordReader> open_parquet(const base::Path& path, std::string source,
                                           std::vector<std::string> wanted);

}  // namespace r2rank::data
