#pragma once

#include <string>
#include <string_view>

#include "data/catalogue.h"
#include "data/csv_reader.h"
#include "data/interaction_log.h"

namespace r2rank::data {

/// A public data set's files, whose columns have fixed names.
struct KnownFormat {
  std::string_view name;
  LogColumns log;
  CatalogueColumns catalogue;
  CsvDialect log_dialect, items_dialect;  ///< of its .csv, .dat and u.* files
  bool latin1 = false;                    ///< its catalogues are Latin-1, or UTF-8 in later editions
  bool html = false;                      ///< its texts hold HTML character references
};

/// The known format of that name; nullptr for recbole, csv, jsonl, parquet.
const KnownFormat* known_format(std::string_view name);

/// The known format of which a log's first bytes are, told by the names of its columns or the shape of its
/// first line; "" for none.
std::string recognise(std::string_view beginning);

/// The catalogue's columns of a known format, told by its first bytes where editions differ (`category` or
/// `categories`).
CatalogueColumns catalogue_columns(const KnownFormat& format, std::string_view beginning);

}  // namespace r2rank::data
