#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/catalogue.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// A RecBole atomic file: tab-separated, unquoted, with a typed header ("user_id:token"). Errors: kData.
std::unique_ptr<RecordReader> open_atomic(std::unique_ptr<ByteSource> bytes, std::string source,
                                          std::vector<std::string> wanted);

/// Which columns of a RecBole .item file hold what: the names in `preferred` where the header has them, else
/// the usual ones (movie_title, class, release_year, ...). Sequences are separated by spaces.
CatalogueColumns recbole_item_columns(const std::vector<std::string>& header, CatalogueColumns preferred);

}  // namespace r2rank::data
