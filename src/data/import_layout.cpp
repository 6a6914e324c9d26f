#include "data/import_layout.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <vector>

#include "base/error.h"
#include "data/input_file.h"

namespace r2rank::data {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> file_names(const base::Path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code))
    if (std::error_code ignored; entry->is_regular_file(ignored))
      names.push_back(entry->path().filename().string());
  if (code) base::fail_io("import", "cannot read the folder {}: {}", folder.string(), code.message());
  std::sort(names.begin(), names.end());
  return names;
}

/// The first of `names` that lies in `folder`, plain or gzipped; empty when none does.
base::Path first_of(const base::Path& folder, std::initializer_list<const char*> names) {
  for (const std::string name : names)
    for (const base::Path& path : {folder / name, folder / (name + ".gz")})
      if (std::error_code code; fs::is_regular_file(path, code)) return path;
  return {};
}

base::Path atomic_log(const base::Path& folder) {
  for (const std::string& name : file_names(folder))
    if (data_extension(name) == ".inter") return folder / name;
  return {};
}

base::Path generic_log(const base::Path& folder) {
  return first_of(folder,
                  {"interactions.csv", "interactions.tsv", "interactions.jsonl", "interactions.json"});
}

FileKind kind_of(const base::Path& path) {
  const std::string extension = data_extension(path);
  if (extension == ".csv" || extension == ".tsv" || extension == ".txt" || extension == ".dat")
    return FileKind::kCsv;
  if (extension == ".jsonl" || extension == ".json" || extension == ".ndjson") return FileKind::kJsonl;
  if (extension == ".inter" || extension == ".item") return FileKind::kAtomic;
  base::fail_usage("import",
                   "cannot tell how to read {}: expected a name that ends in .csv, .tsv, .jsonl, .inter or "
                   ".item (.gz may follow)",
                   path.string());
}

std::string format_of_folder(const base::Path& folder) {
  if (!atomic_log(folder).empty()) return "recbole";
  if (!first_of(folder, {"ratings.csv"}).empty() && !first_of(folder, {"movies.csv"}).empty())
    return "movielens-latest";
  const base::Path log = generic_log(folder);
  if (!log.empty()) return kind_of(log) == FileKind::kJsonl ? "jsonl" : "csv";
  base::fail_usage(
      "import", "expected *.inter, ratings.csv with movies.csv, or interactions.csv/.jsonl in {} (found: {})",
      folder.string(), fmt::join(file_names(folder), ", "));
}

std::string format_of_file(const base::Path& file) {
  switch (kind_of(file)) {
    case FileKind::kAtomic:
      return "recbole";
    case FileKind::kJsonl:
      return "jsonl";
    case FileKind::kCsv:
      break;
  }
  const bool movielens = file.filename().string().starts_with("ratings.csv") &&
                         !first_of(file.parent_path(), {"movies.csv"}).empty();
  return movielens ? "movielens-latest" : "csv";
}

base::Path in_folder(const std::string& format, const base::Path& folder) {
  const base::Path log = format == "recbole"            ? atomic_log(folder)
                         : format == "movielens-latest" ? first_of(folder, {"ratings.csv"})
                                                        : generic_log(folder);
  if (log.empty())
    base::fail_usage(
        "import",
        "expected the interactions of format {} in {} (found: {}); name the file with --interactions", format,
        folder.string(), fmt::join(file_names(folder), ", "));
  return log;
}

base::Path catalogue_beside(const ImportLayout& layout, bool named_folder) {
  const base::Path folder = layout.interactions.parent_path();
  if (layout.format == "movielens-latest") return first_of(folder, {"movies.csv"});
  if (layout.format == "recbole") {
    base::Path stem = layout.interactions.filename();
    while (stem.has_extension()) stem = stem.stem();
    return first_of(folder, {(stem.string() + ".item").c_str()});
  }
  return named_folder ? first_of(folder, {"items.jsonl", "items.json", "items.csv", "items.tsv"})
                      : base::Path();
}

/// The names that are read in this layout, whatever `config` asks for.
ImportConfig names_read(const ImportConfig& config, const ImportLayout& layout) {
  ImportConfig read = config;
  const ImportConfig defaults;
  if (layout.format == "movielens-latest") {
    read.user_column = "userId";
    read.item_column = read.item_id_column = "movieId";
    read.timestamp_column = "timestamp";
    read.rating_column = "rating";
    read.title_column = "title";
    read.categories_column = "genres";
    read.brand_column = read.description_column = "";
    read.category_separator = defaults.category_separator;
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
                       layout.interactions.filename().string(), layout.format, why);
}

void check_names(const ImportConfig& config, const ImportConfig& read, const ImportLayout& layout) {
  if (layout.format == "movielens-latest") {
    constexpr const char* kFixed =
        "whose columns and separator are fixed; --items, --time, --time-unit and the filters act there, and "
        "--format csv reads columns of any name";
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

void set_columns(const ImportConfig& read, ImportLayout& layout) {
  layout.log = {read.user_column, read.item_column, read.timestamp_column, read.rating_column};
  layout.catalogue = {
      .id = read.item_id_column,
      .title = read.title_column,
      .brand = read.brand_column,
      .categories = read.categories_column,
      .description = read.description_column,
      .year = "",
      .category_separator = read.category_separator.empty() ? '\0' : read.category_separator[0],
      .no_categories = layout.format == "movielens-latest" ? "(no genres listed)" : ""};
}

}  // namespace

ImportLayout find_layout(const ImportConfig& config) {
  const base::Path given = config.interactions;
  std::error_code code;
  if (!fs::exists(given, code))
    base::fail_io("import", "expected a log at {}, found nothing there; name it with --interactions",
                  given.string());
  const bool folder = fs::is_directory(given, code);
  ImportLayout layout;
  layout.format = config.format != "auto" ? config.format
                  : folder                ? format_of_folder(given)
                                          : format_of_file(given);
  layout.interactions = folder ? in_folder(layout.format, given) : given;
  layout.items = config.items.empty() ? catalogue_beside(layout, folder) : base::Path(config.items);
  layout.interactions_kind = config.format == "jsonl" ? FileKind::kJsonl
                             : config.format == "csv" ? FileKind::kCsv
                                                      : kind_of(layout.interactions);
  if (!layout.items.empty()) layout.items_kind = kind_of(layout.items);
  const ImportConfig read = names_read(config, layout);
  check_names(config, read, layout);
  set_columns(read, layout);
  return layout;
}

}  // namespace r2rank::data
