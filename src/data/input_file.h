#pragma once

#include <string>

#include "base/files.h"

namespace r2rank::data {

/// The whole file as bytes, unpacked when it is a gzip or zstd archive (byte_source.h), for inputs that are
/// parsed in memory. Errors: kIo; kData for a damaged archive and for one that unpacks to more than 64 MiB +
/// 200 times its size.
std::string read_input(const base::Path& path);
/// The file's extension in lower case, without a final .gz or .zst: ".jsonl" for "items.jsonl.gz".
std::string data_extension(const base::Path& path);
/// ".gz" or ".zst" where the name ends so, in any case; else "".
std::string packed_extension(const base::Path& path);

}  // namespace r2rank::data
