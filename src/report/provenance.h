#pragma once

#include "report/json_file.h"
#include "report/source.h"

namespace r2rank::report {

/// How a source came to be: {"kind", "path", "command" (as far as it is recorded), "details": [[what, value],
/// ...], "text" (its configuration file as it stands)}. Errors: kIo, kData naming the file.
Json provenance_json(const Source& source);

}  // namespace r2rank::report
