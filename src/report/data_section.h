#pragma once

#include "report/data_shelf.h"

namespace r2rank::report {

/// A data set as `data describe --json` has it, with what is said beside it: {"name", "path", "time_kind",
/// "import" (the import's report), "description", "splits": [{"path", "protocol", "test_hash", "valid_hash",
/// "training_hash", "counts", "cold"}], "findings"}.
Json data_json(const DataShelf::DatasetPlace& place);

}  // namespace r2rank::report
