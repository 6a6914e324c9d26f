#include "data/import_names.h"

#include <span>

#include "base/error.h"
#include "data/import_formats.h"

namespace r2rank::data {
namespace {

/// The names that are read in this layout, whatever `config` asks for.
ImportConfig names_read(const ImportConfig& config, const ImportLayout& layout) {
  ImportConfig read = config;
  if (const KnownFormat* known = known_format(layout.format)) {
    read.user_column = known->log.user;
    read.item_column = known->log.item;
    read.timestamp_column = known->log.timestamp;
    read.rating_column = known->log.rating;
    read.item_id_column = known->catalogue.id;
    read.title_column = known->catalogue.title;
    read.brand_column = known->catalogue.brand;
    read.categories_column = known->catalogue.categories.empty() ? "genres" : known->catalogue.categories;
    read.description_column = known->catalogue.description;
    read.category_separator = ImportConfig().category_separator;
  }
  if (layout.items_kind == FileKind::kAtomic) read.category_separator = ' ';
  return read;
}

struct NamedKey {
  const char* flag;
  std::string ImportConfig::* name;
};
constexpr NamedKey kLogKeys[] = {{"--user-column", &ImportConfig::user_column},
                                 {"--item-column", &ImportConfig::item_column},
                                 {"--timestamp-column", &ImportConfig::timestamp_column},
                                 {"--rating-column", &ImportConfig::rating_column}};
constexpr NamedKey kCatalogueKeys[] = {{"--item-id-column", &ImportConfig::item_id_column},
                                       {"--title-column", &ImportConfig::title_column},
                                       {"--brand-column", &ImportConfig::brand_column},
                                       {"--categories-column", &ImportConfig::categories_column},
                                       {"--description-column", &ImportConfig::description_column},
                                       {"--category-separator", &ImportConfig::category_separator}};

/// A name that differs from the default was asked for: it must be the one that is read.
void check_keys(std::span<const NamedKey> keys, const ImportConfig& config, const ImportConfig& read,
                const ImportLayout& layout, const char* why) {
  const ImportConfig defaults;
  for (const auto& [flag, name] : keys)
    if (config.*name != defaults.*name && config.*name != read.*name)
      base::fail_usage("import", "{} '{}' cannot act: {} is read as {}, {}", flag, config.*name,
                       layout.interactions.front().filename().string(), layout.format, why);
}

void check_names(const ImportConfig& config, const ImportConfig& read, const ImportLayout& layout) {
  if (known_format(layout.format) != nullptr) {
    constexpr const char* kFixed =
        "whose columns and separator are fixed; --items, --time, --time-unit and the filters act there, and "
        "--format csv or jsonl reads columns of any name";
    check_keys(kLogKeys, config, read, layout, kFixed);
    check_keys(kCatalogueKeys, config, read, layout, kFixed);
  } else if (layout.items.empty()) {
    check_keys(kCatalogueKeys, config, {}, layout,
               "without a catalogue; of the names only --user-column, --item-column, --timestamp-column and "
               "--rating-column act there; name the catalogue with --items");
  } else {
    check_keys(kCatalogueKeys, config, read, layout,
               "with a catalogue whose lists are separated by spaces; every --*-column acts there");
  }
}

/// A column read as two things gives a log of nonsense: each user an item of the same name.
void check_distinct(const ImportConfig& read) {
  for (const NamedKey& key : kLogKeys)
    for (const NamedKey& other : kLogKeys)
      if (&key < &other && !(read.*key.name).empty() && read.*key.name == read.*other.name)
        base::fail_usage("import", "expected different columns for {} and {}, found '{}' for both", key.flag,
                         other.flag, read.*key.name);
}

}  // namespace

void set_names(const ImportConfig& config, ImportLayout& layout) {
  const ImportConfig read = names_read(config, layout);
  check_names(config, read, layout);
  check_distinct(read);
  layout.log = {.user = read.user_column,
                .item = read.item_column,
                .timestamp = read.timestamp_column,
                .rating = read.rating_column,
                .history = ""};
  layout.catalogue = {
      .id = read.item_id_column,
      .title = read.title_column,
      .brand = read.brand_column,
      .categories = read.categories_column,
      .description = read.description_column,
      .category_separator = read.category_separator.empty() ? '\0' : read.category_separator[0]};
}

}  // namespace r2rank::data
