#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/catalogue.h"
#include "data/import.h"
#include "data/import_layout.h"
#include "data/interaction_log.h"

namespace r2rank::data {

/// What the files of an import hold, before any filter.
struct ImportedFiles {
  Catalogue catalogue;  ///< with an item for each that only the log has, behind those of the files
  InteractionLog log;
  std::vector<std::pair<std::string, int64_t>> counts;  ///< for the import report
};

/// Reads catalogue and log, part after part. Errors: kData naming file, line and column; kIo.
ImportedFiles read_files(const ImportConfig& config, const ImportLayout& layout);

/// A reader of one file of a layout: unpacked and decoded; Python dicts are told from JSON by the first line.
std::unique_ptr<RecordReader> open_part(const base::Path& path, FileKind kind, const CsvDialect& dialect,
                                        Encoding encoding, std::vector<std::string> wanted);

}  // namespace r2rank::data
