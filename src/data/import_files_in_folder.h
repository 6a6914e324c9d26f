#pragma once

#include <vector>

#include "base/files.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// How a file is read by its name. Errors: kUsage for a name that does not tell.
FileKind kind_of(const base::Path& path);
/// Whether a name ends as tables do in public data sets (.csv, .tsv, .jsonl, .json, .ndjson, .parquet),
/// packed or not.
bool has_table_extension(const base::Path& path);

/// The parts of the one table in a folder, in order. Errors: kUsage when its tables are not parts of one, or
/// lie beside a folder.
std::vector<base::Path> parts_in(const base::Path& folder);
/// The .inter files of a folder: one, or its parts. Errors: as parts_in().
std::vector<base::Path> atomic_logs(const base::Path& folder);
/// The log in a folder: interactions.* or the folder `interactions` of parts, else the parts of the one table
/// that is no catalogue; empty when there is none. Errors: as parts_in(), and where there are several of the
/// first two, or more tables whose names begin alike.
std::vector<base::Path> generic_logs(const base::Path& folder);
/// The tables beside `logs` that nothing reads: no parts of them, no catalogue.
std::vector<std::string> tables_beside(const base::Path& folder, const std::vector<base::Path>& logs);
/// The catalogue in a folder: items.*, the folder `items` of parts, or meta_*; empty when there is none.
/// Errors: as generic_logs().
std::vector<base::Path> generic_catalogue(const base::Path& folder);

}  // namespace r2rank::data
