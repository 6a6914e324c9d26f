#pragma once

#include "report/json_file.h"

namespace r2rank::report {

/// A study's results as docs/formats.md has them ("Study"), checked field by field so that the page may trust
/// them; unknown fields are left out. `path`: study.json or the folder that holds it. Errors: kIo, kData
/// naming the file.
Json study_json(const base::Path& path);

}  // namespace r2rank::report
