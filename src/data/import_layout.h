#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "data/catalogue.h"
#include "data/csv_reader.h"
#include "data/import.h"
#include "data/interaction_log.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Where the files of an import lie and how they are read.
struct ImportLayout {
  std::string format;                           ///< as ImportConfig::format, but for auto
  std::vector<base::Path> interactions, items;  ///< parts in order; no `items` where there is no catalogue
  FileKind interactions_kind = FileKind::kCsv, items_kind = FileKind::kCsv;
  CsvDialect log_dialect, items_dialect;
  Encoding encoding = Encoding::kUtf8;
  bool may_be_latin1 = false;  ///< the catalogue is Latin-1 unless it is UTF-8 throughout
  LogColumns log;
  CatalogueColumns catalogue;
};

/// Recognises the format and finds the files. Errors: kUsage naming what was looked for and what was found;
/// kIo; kData where a file's beginning cannot be read.
ImportLayout find_layout(const ImportConfig& config);

}  // namespace r2rank::data
