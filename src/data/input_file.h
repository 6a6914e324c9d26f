#pragma once

#include <string>

#include "base/files.h"

namespace r2rank::data {

/// The whole file as bytes, decompressed when its name ends in .gz. Errors: kIo; kData for a
/// damaged archive and for one that unpacks to more than 64 MiB + 200 times its size.
std::string read_input(const base::Path& path);
/// The file's extension in lower case, without a final .gz: ".jsonl" for "items.jsonl.gz".
std::string data_extension(const base::Path& path);

}  // namespace r2rank::data
