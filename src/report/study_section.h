#pragma once

#include "report/json_file.h"

namespace r2rank::report {

/// What the page shows of a study (docs/formats.md, "Study folder"): its arms with the figures of its table,
/// and its slices, checked field by field so that the page may trust them. `path`: study.json or the folder
/// that holds it. Errors: kIo, kData naming the file.
Json study_json(const base::Path& path);

}  // namespace r2rank::report
