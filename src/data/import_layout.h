#pragma once

#include <string>

#include "base/files.h"
#include "data/catalogue.h"
#include "data/import.h"
#include "data/interaction_log.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Where the files of an import lie and how they are read.
struct ImportLayout {
  std::string format;              ///< recbole, movielens-latest, csv, jsonl
  base::Path interactions, items;  ///< `items` is empty when there is no catalogue
  FileKind interactions_kind = FileKind::kCsv, items_kind = FileKind::kCsv;
  LogColumns log;
  CatalogueColumns catalogue;
};

/// Recognises the format and finds the files. Errors: kUsage naming what was looked for and what was found.
ImportLayout find_layout(const ImportConfig& config);

}  // namespace r2rank::data
