#include "data/catalogue.h"

#include <algorithm>

#include "base/error.h"
#include "data/cell_values.h"

namespace r2rank::data {
namespace {

enum Wanted : size_t { kId, kTitle, kBrand, kCategories, kDescription, kYear };

bool is_year(std::string_view text) {
  return text.size() == 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string titled(const Record& record) {
  std::string title = join_list(optional_text(record, kTitle));
  const std::string_view year = optional_text(record, kYear);
  if (title.empty() || !is_year(year)) return title;
  const std::string suffix = fmt::format("({})", year);
  return title.ends_with(suffix) ? title : title + " " + suffix;
}

Item read_item(const Record& record, std::string_view id, const CatalogueColumns& columns) {
  Item item;
  item.id = id;
  item.title = titled(record);
  item.brand = join_list(optional_text(record, kBrand));
  const std::string_view categories = optional_text(record, kCategories);
  if (columns.no_categories.empty() || categories != columns.no_categories)
    item.categories = split_list(categories, columns.category_separator);
  item.description = join_list(optional_text(record, kDescription));
  return item;
}

}  // namespace

Catalogue read_catalogue(RecordReader& reader, const CatalogueColumns& columns) {
  Catalogue catalogue;
  Record record;
  while (reader.next(record)) {
    const std::string_view id = required_text(kId, {reader, record, columns.id, "--item-id-column"});
    ++catalogue.rows;
    const int64_t known = catalogue.ids.size();
    catalogue.ids.intern(id);
    if (catalogue.ids.size() == known) {
      ++catalogue.duplicates;
    } else {
      catalogue.items.push_back(read_item(record, id, columns));
    }
  }
  check_found(reader, columns.id, "--item-id-column");
  check_found(reader, columns.title, "--title-column");
  return catalogue;
}

}  // namespace r2rank::data
