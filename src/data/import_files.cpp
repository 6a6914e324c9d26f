#include "data/import_files.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "data/bad_rows.h"
#include "data/cell_values.h"
#include "data/input_paths.h"
#include "data/parquet_reader.h"
#include "data/python_reader.h"
#include "data/recbole_reader.h"

namespace r2rank::data {
namespace {

constexpr size_t kFirstBytes = 4096;

/// Latin-1 where a file that may be that is no UTF-8.
Encoding told_encoding(const base::Path& path) {
  constexpr size_t kLookedThrough = size_t{64} << 20;  // catalogues of movies take 3 MB at most
  try {
    check_utf8(beginning(path, kLookedThrough), path.filename().string());
  } catch (const base::Error&) {
    return Encoding::kLatin1;
  }
  return Encoding::kUtf8;
}

void check_named_columns(const RecordReader& reader, const ImportConfig& config) {
  struct Named {
    const char* flag;
    std::string ImportConfig::* name;
  };
  constexpr Named kNamed[] = {{"--title-column", &ImportConfig::title_column},
                              {"--brand-column", &ImportConfig::brand_column},
                              {"--categories-column", &ImportConfig::categories_column},
                              {"--description-column", &ImportConfig::description_column}};
  const ImportConfig defaults;
  for (const auto& [flag, name] : kNamed)
    if (config.*name != defaults.*name) check_found(reader, config.*name, flag);
}

struct FileReading {
  const ImportConfig& config;
  const ImportLayout& layout;
  ImportedFiles files;

  void count(const std::string& what, int64_t number) { files.counts.emplace_back(what, number); }
  void count_present(const std::string& what, int64_t number) {
    if (number > 0) count(what, number);
  }
  void count_bad(const BadRows& bad, const std::string& what) {
    for (const auto& [name, number] : bad.counts(what)) count(name, number);
    if (bad.count() > 0)
      base::log_warning("{} rows of {} left out; the first: {}", bad.count(), what, bad.first());
  }

  void read_catalogue_part(const base::Path& path, BadRows& bad) {
    CatalogueColumns columns = layout.catalogue;
    const Encoding encoding = layout.may_be_latin1 ? told_encoding(path) : layout.encoding;
    const auto open = [&](std::vector<std::string> wanted) {
      return open_part(path, layout.items_kind, layout.items_dialect, encoding, std::move(wanted));
    };
    if (layout.items_kind == FileKind::kAtomic)
      columns = recbole_item_columns(open({})->found_columns(), columns);
    const auto reader = open(columns.wanted());
    append_catalogue(*reader, columns, files.catalogue, bad);
    if (known_names_act()) check_named_columns(*reader, config);
    if (encoding != Encoding::kUtf8 && layout.may_be_latin1)
      count("catalogue files that are Latin-1 (converted)", 1);
  }

  /// Whether the names of columns are the user's; those of public data sets are fixed.
  bool known_names_act() const { return layout.catalogue.id == config.item_id_column; }

  void read_log_parts() {
    BadRows bad(config.bad_rows == "skip");
    for (const base::Path& path : layout.interactions) {
      const auto reader =
          open_part(path, layout.interactions_kind, layout.log_dialect, layout.encoding, layout.log.wanted());
      append_log(*reader, layout.log, files.catalogue.ids, files.log, bad);
      if (config.rating_column != ImportConfig().rating_column)
        check_found(*reader, layout.log.rating, "--rating-column");
    }
    if (files.log.events.empty())
      base::fail_data("import", "expected interactions in {}, found none{}",
                      layout.interactions.front().filename().string(),
                      bad.count() == 0 ? "; give a log with rows"
                                       : fmt::format(" that can be read; the first: {}", bad.first()));
    count("rows read", static_cast<int64_t>(files.log.events.size()) + bad.count());
    count_bad(bad, "the log");
    if (layout.interactions.size() > 1)
      count("files of the log", static_cast<int64_t>(layout.interactions.size()));
    if (!files.log.longest_history.empty())
      count("users whose column 'history' names more items than the log has events (not added)",
            users_with_longer_history(files.log));
  }

  void read_catalogue_parts() {
    BadRows bad(config.bad_rows == "skip");
    for (const base::Path& path : layout.items) read_catalogue_part(path, bad);
    if (!layout.items.empty() && files.catalogue.rows == 0)
      base::fail_data("import", "expected items in {}, found none{}",
                      layout.items.front().filename().string(),
                      bad.count() == 0 ? "; give a catalogue with rows, or none"
                                       : fmt::format(" that can be read; the first: {}", bad.first()));
    bad_catalogue = bad;
  }

  /// Items that only the log has come behind the catalogue's.
  void add_unknown_items() {
    auto& [items, ids, rows, duplicates, decoded, prices, ranges, no_prices] = files.catalogue;
    const auto known = static_cast<int32_t>(items.size());
    for (int32_t item = known; item < ids.size(); ++item)
      items.push_back(
          {.id = std::string(ids.id(item)), .title = "", .brand = "", .categories = {}, .description = ""});
    if (layout.items.empty()) return;
    const auto& events = files.log.events;
    count("catalogue rows read", rows + bad_catalogue.count());
    count_bad(bad_catalogue, "the catalogue");
    count("duplicate ids in the catalogue (first kept)", duplicates);
    count_present("items with HTML character references (decoded)", decoded);
    count_present("items with a price (not kept)", prices + ranges);
    count_present("items whose price is a range (not kept)", ranges);
    count_present("items whose price is no number (not kept)", no_prices);
    count(
        "interactions whose item is not in the catalogue (kept, no title)",
        std::count_if(events.begin(), events.end(), [&](const auto& event) { return event.item >= known; }));
  }

  BadRows bad_catalogue;
};

}  // namespace

std::unique_ptr<RecordReader> open_part(const base::Path& path, FileKind kind, const CsvDialect& dialect,
                                        Encoding encoding, std::vector<std::string> wanted) {
  const std::string source = path.filename().string();
  if (kind == FileKind::kParquet) return open_parquet(path, source, std::move(wanted));
  if (kind == FileKind::kJsonl && looks_like_python(beginning(path, kFirstBytes))) kind = FileKind::kPython;
  auto bytes = decoded(open_source(path), encoding);
  if (kind == FileKind::kCsv)
    return std::make_unique<CsvReader>(std::move(bytes), source, std::move(wanted), dialect);
  return open_records(kind, std::move(bytes), source, std::move(wanted));
}

ImportedFiles read_files(const ImportConfig& config, const ImportLayout& layout) {
  FileReading reading{.config = config, .layout = layout, .files = {}, .bad_catalogue = BadRows()};
  reading.read_catalogue_parts();
  reading.read_log_parts();
  reading.add_unknown_items();
  return std::move(reading.files);
}

}  // namespace r2rank::data
