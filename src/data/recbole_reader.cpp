#include "data/recbole_reader.h"

#include <algorithm>

#include "data/csv_reader.h"

namespace r2rank::data {
namespace {

bool has(const std::vector<std::string>& header, const std::string& name) {
  return std::find(header.begin(), header.end(), name) != header.end();
}

void choose(const std::vector<std::string>& header, std::initializer_list<const char*> usual,
            std::string& column) {
  if (has(header, column)) return;
  for (const char* name : usual) {
    if (!has(header, name)) continue;
    column = name;
    return;
  }
}

}  // namespace

std::unique_ptr<RecordReader> open_atomic(std::unique_ptr<ByteSource> bytes, std::string source,
                                          std::vector<std::string> wanted) {
  CsvDialect dialect;
  dialect.separator = "\t";
  dialect.quotes = false;
  dialect.typed_header = true;
  return std::make_unique<CsvReader>(std::move(bytes), std::move(source), std::move(wanted), dialect);
}

CatalogueColumns recbole_item_columns(const std::vector<std::string>& header, CatalogueColumns preferred) {
  choose(header, {"movie_title", "name", "item_name", "product_title"}, preferred.title);
  choose(header, {"class", "genre", "genres", "category"}, preferred.categories);
  choose(header, {"store"}, preferred.brand);
  choose(header, {"release_year", "year"}, preferred.year);
  preferred.category_separator = ' ';
  return preferred;
}

}  // namespace r2rank::data
