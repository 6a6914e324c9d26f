#pragma once

#include <string>

#include "data/record_reader.h"
#include "data/slates.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Results of a ranker that ran elsewhere, measured as ours are, from a CSV (comma-separated, with a header)
/// or JSON-lines file of slate_id or user_id, item_id, score; higher is better, infinite scores are allowed.
/// Needed is one score for every candidate of every slate; rows about other slates or items are counted in a
/// warning and left out. The scorer is called as the file is. Errors: kData with counts and first lines for
/// missing, repeated and non-numeric scores, a user_id with several slates, or missing columns; kUsage for an
/// unknown file extension; kIo.
metrics::PerUserResults read_outside_scores(const base::Path& path, const data::SlateSet& slates,
                                            const data::Dataset& dataset);

/// The same from bytes; `source` names them in messages.
metrics::PerUserResults parse_outside_scores(std::string bytes, data::FileKind kind,
                                             const std::string& source, const std::string& scorer,
                                             const data::SlateSet& slates, const data::Dataset& dataset);

}  // namespace r2rank::experiment
