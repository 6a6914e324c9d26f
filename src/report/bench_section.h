#pragma once

#include "report/json_file.h"

namespace r2rank::report {

/// What `bench --json` printed into a file: {"name", "model", "dtype", "device", "peak_gflops", "rows":
/// [{"name", "work", "ms", "rate", "unit", "gflops", "share", "gib"}]}; null for what was not measured.
/// Errors: kIo, kData naming the file.
Json bench_json(const base::Path& path);

}  // namespace r2rank::report
