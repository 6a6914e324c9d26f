#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/id_table.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Which column of a catalogue file holds what; "" for none.
struct CatalogueColumns {
  std::string id = "item_id", title = "title", brand = "brand", categories = "categories",
              description = "description";
  std::string year;               ///< four digits here are appended to the title: "Toy Story (1995)"
  char category_separator = '|';  ///< between the categories of a plain text cell
  std::string no_categories;      ///< a categories cell with this text means none
  /// The columns in the order in which read_catalogue wants them.
  std::vector<std::string> wanted() const { return {id, title, brand, categories, description, year}; }
};

/// The items of a catalogue in file order; an id that comes again is dropped and counted.
struct Catalogue {
  std::vector<Item> items;
  IdTable ids;
  int64_t rows = 0, duplicates = 0;
};

/// Reads a catalogue from a reader opened with `columns.wanted()`. Errors: kData.
Catalogue read_catalogue(RecordReader& reader, const CatalogueColumns& columns);

}  // namespace r2rank::data
