#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/bad_rows.h"
#include "data/dataset.h"
#include "data/id_table.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Which column of a catalogue file holds what; "" for none.
struct CatalogueColumns {
  std::string id = "item_id", title = "title", brand = "brand", categories = "categories",
              description = "description";
  std::string year = {};                ///< four digits here are appended to the title: "Toy Story (1995)"
  std::string main_category = {};       ///< the only category of an item that has none in `categories`
  std::string price = {};               ///< counted, not kept
  std::vector<std::string> flags = {};  ///< columns whose name is a category where they hold 1
  char category_separator = '|';        ///< between the categories of a plain text cell; '\0' for none
  std::string no_categories = {};       ///< a categories cell with this text means none
  bool fixed = false;                   ///< whether the layout names them, so that no flag can
  bool html = false;                    ///< whether character references (&amp;) are decoded
  /// The columns in the order in which read_catalogue wants them.
  std::vector<std::string> wanted() const;
};

/// The items of a catalogue in file order; an id that comes again is dropped and counted.
struct Catalogue {
  std::vector<Item> items;
  IdTable ids;
  int64_t rows = 0, duplicates = 0;
  int64_t decoded = 0;                                  ///< items with a text in which html was decoded
  int64_t prices = 0, price_ranges = 0, no_prices = 0;  ///< price cells: numbers, ranges, other text
};

/// Appends the rows of a reader opened with `columns.wanted()`. Errors: kData; a row that cannot be read goes
/// to `bad`.
void append_catalogue(RecordReader& reader, const CatalogueColumns& columns, Catalogue& catalogue,
                      BadRows& bad);
/// A whole catalogue from one reader, no bad row allowed. Errors: kData.
Catalogue read_catalogue(RecordReader& reader, const CatalogueColumns& columns);

}  // namespace r2rank::data
