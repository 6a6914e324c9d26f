#include "data/catalogue.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "data/cell_values.h"
#include "data/html_entities.h"
#include "data/price_text.h"

namespace r2rank::data {
namespace {

enum Wanted : size_t { kId, kTitle, kBrand, kCategories, kDescription, kYear, kMainCategory, kPrice, kFlags };

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

std::vector<std::string> categories_of(const Record& record, const CatalogueColumns& columns) {
  std::vector<std::string> categories;
  const std::string_view cell = optional_text(record, kCategories);
  if (columns.no_categories.empty() || cell != columns.no_categories)
    categories = split_list(cell, columns.category_separator);
  for (size_t flag = 0; flag < columns.flags.size(); ++flag)
    if (optional_text(record, kFlags + flag) == "1") categories.push_back(columns.flags[flag]);
  if (const std::string main = join_list(optional_text(record, kMainCategory));
      categories.empty() && !main.empty())
    categories.push_back(main);
  return categories;
}

Item read_item(const Record& record, std::string_view id, const CatalogueColumns& columns) {
  return {.id = std::string(id),
          .title = titled(record),
          .brand = join_list(optional_text(record, kBrand)),
          .categories = categories_of(record, columns),
          .description = join_list(optional_text(record, kDescription))};
}

bool decode(Item& item) {
  bool decoded = false;
  for (std::string* text : {&item.title, &item.brand, &item.description}) decoded |= decode_html(*text);
  for (std::string& category : item.categories) decoded |= decode_html(category);
  return decoded;
}

void count_price(const Record& record, Catalogue& catalogue) {
  switch (price_kind(join_list(optional_text(record, kPrice)))) {
    case PriceKind::kNumber:
      ++catalogue.prices;
      break;
    case PriceKind::kRange:
      ++catalogue.price_ranges;
      break;
    case PriceKind::kOther:
      ++catalogue.no_prices;
      break;
    case PriceKind::kNone:
      break;
  }
}

bool append_row(RecordReader& reader, Record& record, const CatalogueColumns& columns, Catalogue& catalogue) {
  if (!reader.next(record)) return false;
  const std::string_view id =
      required_text(kId, {reader, record, columns.id, columns.fixed ? "" : "--item-id-column"});
  ++catalogue.rows;
  const int64_t known = catalogue.ids.size();
  catalogue.ids.intern(id);
  if (catalogue.ids.size() == known) {
    ++catalogue.duplicates;
    return true;
  }
  catalogue.items.push_back(read_item(record, id, columns));
  if (columns.html) catalogue.decoded += decode(catalogue.items.back());
  count_price(record, catalogue);
  return true;
}

}  // namespace

std::vector<std::string> CatalogueColumns::wanted() const {
  std::vector<std::string> columns = {id, title, brand, categories, description, year, main_category, price};
  columns.insert(columns.end(), flags.begin(), flags.end());
  return columns;
}

void append_catalogue(RecordReader& reader, const CatalogueColumns& columns, Catalogue& catalogue,
                      BadRows& bad) {
  constexpr int64_t kStep = 4096;
  Record record;
  reader.accept_any(kPrice);  // it is only counted
  int64_t seen = 0;
  for (bool more = true; more; ++seen) {
    if (seen % kStep == 0) base::stop_if_interrupted("import");
    try {
      more = append_row(reader, record, columns, catalogue);
    } catch (const RowError& error) {
      bad.add(error, catalogue.rows);
    }
  }
  if (seen == 1 && reader.found_columns().empty()) return;  // an empty part of JSON lines
  check_found(reader, columns.id, columns.fixed ? "" : "--item-id-column");
  check_found(reader, columns.title, columns.fixed ? "" : "--title-column");
}

Catalogue read_catalogue(RecordReader& reader, const CatalogueColumns& columns) {
  Catalogue catalogue;
  BadRows bad;
  append_catalogue(reader, columns, catalogue, bad);
  if (catalogue.rows == 0 && reader.found_columns().empty())
    check_found(reader, columns.id, "--item-id-column");
  return catalogue;
}

}  // namespace r2rank::data
