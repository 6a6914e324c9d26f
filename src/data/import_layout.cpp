#include "data/import_layout.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/log.h"
#include "data/import_files_in_folder.h"
#include "data/import_formats.h"
#include "data/import_names.h"
#include "data/input_file.h"
#include "data/input_paths.h"

namespace r2rank::data {
namespace {

namespace fs = std::filesystem;
constexpr size_t kBeginning = 65536;  // bytes by which a log is recognised

FileKind kind_in(const std::string& format, const base::Path& path) {
  if (format == "jsonl") return FileKind::kJsonl;
  if (format == "csv") return FileKind::kCsv;
  if (format == "parquet") return FileKind::kParquet;
  return known_format(format) != nullptr && !has_table_extension(path) ? FileKind::kCsv : kind_of(path);
}

std::string format_of_kind(FileKind kind) {
  switch (kind) {
    case FileKind::kAtomic:
      return "recbole";
    case FileKind::kJsonl:
    case FileKind::kPython:
      return "jsonl";
    case FileKind::kParquet:
      return "parquet";
    case FileKind::kCsv:
      break;
  }
  return "csv";
}

std::string format_of_file(const base::Path& file) {
  const base::Path folder = file.parent_path();
  const std::string name = file.filename().string();
  if (name.starts_with("ratings.csv") && !first_of(folder, {"movies.csv"}).empty()) return "movielens-latest";
  if (name == "u.data") return "movielens-100k";
  const FileKind kind = kind_of(file);
  const std::string known =
      kind == FileKind::kCsv || kind == FileKind::kJsonl ? recognise(beginning(file, kBeginning)) : "";
  return known.empty() ? format_of_kind(kind) : known;
}

std::string format_of_folder(const base::Path& folder) {
  if (!atomic_logs(folder).empty()) return "recbole";
  if (!first_of(folder, {"u.data"}).empty()) return "movielens-100k";
  if (!first_of(folder, {"ratings.dat"}).empty()) return "movielens-1m";
  if (!first_of(folder, {"ratings.csv"}).empty() && !first_of(folder, {"movies.csv"}).empty())
    return "movielens-latest";
  const auto logs = generic_logs(folder);
  if (!logs.empty()) return format_of_file(logs.front());
  base::fail_usage(
      "import",
      "expected *.inter, u.data, ratings.dat, ratings.csv with movies.csv, interactions.csv/.jsonl/"
      ".parquet, or parts of one table in {} (found: {})",
      folder.string(), fmt::join(file_names(folder), ", "));
}

std::vector<base::Path> logs_in_folder(const std::string& format, const base::Path& folder) {
  const auto one = [&](const char* name) {
    const base::Path path = first_of(folder, {name});
    return path.empty() ? std::vector<base::Path>() : std::vector<base::Path>{path};
  };
  const auto logs = format == "recbole"            ? atomic_logs(folder)
                    : format == "movielens-100k"   ? one("u.data")
                    : format == "movielens-1m"     ? one("ratings.dat")
                    : format == "movielens-latest" ? one("ratings.csv")
                                                   : generic_logs(folder);
  if (logs.empty())
    base::fail_usage(
        "import",
        "expected the interactions of format {} in {} (found: {}); name the file with --interactions", format,
        folder.string(), fmt::join(file_names(folder), ", "));
  if (format != "recbole" && !format.starts_with("movielens"))
    for (const std::string& name : tables_beside(folder, logs))
      base::log_warning("import: {} in {} is not read: the log is {}", name, folder.string(),
                        logs.front().lexically_relative(folder).string());
  for (const std::string& name : file_names(folder))
    if (data_extension(name) == ".user" || name == "users.dat")
      base::log_info(
          "import: {} in {} is not read: a prompt or a ranker shows nothing of users but what they chose",
          name, folder.string());
  return logs;
}

/// A catalogue of another name than the log's would be left out without a word.
void refuse_other_items(const base::Path& folder, const std::string& stem) {
  for (const std::string& name : file_names(folder))
    if (data_extension(name) == ".item")
      base::fail_usage(
          "import",
          "expected the catalogue {0}.item beside {0}.inter in {1}, found {2}; rename it, or name "
          "catalogue and log with --items and --interactions",
          stem, folder.string(), name);
}

std::vector<base::Path> catalogue_beside(const ImportLayout& layout, bool named_folder,
                                         const base::Path& folder) {
  const auto one = [&](const std::string& name) {
    const base::Path path = first_of(folder, {name});
    return path.empty() ? std::vector<base::Path>() : std::vector<base::Path>{path};
  };
  if (layout.format == "movielens-latest") return one("movies.csv");
  if (layout.format == "movielens-1m") return one("movies.dat");
  if (layout.format == "movielens-100k") return one("u.item");
  if (layout.format == "recbole") {
    base::Path stem = layout.interactions.front().filename();
    while (stem.has_extension()) stem = stem.stem();
    auto catalogue = one(stem.string() + ".item");
    if (catalogue.empty() && named_folder) refuse_other_items(folder, stem.string());
    return catalogue;
  }
  return named_folder ? generic_catalogue(folder) : std::vector<base::Path>();
}

std::vector<base::Path> given_files(const ImportConfig& config) {
  auto files = expand_path(config.interactions, "--interactions");
  for (const std::string& more : config.more_interactions)
    for (const base::Path& path : expand_path(more, "--more-interactions")) files.push_back(path);
  std::error_code code;
  for (const base::Path& file : files)
    if (files.size() > 1 && fs::is_directory(file, code))
      base::fail_usage("import",
                       "expected files where several are given, found the folder {}; name its files",
                       file.string());
  return files;
}

std::vector<base::Path> given_catalogue(const std::string& items) {
  auto files = expand_path(items, "--items");
  std::error_code code;
  return files.size() == 1 && fs::is_directory(files[0], code) ? parts_in(files[0]) : files;
}

FileKind common_kind(const std::string& format, const std::vector<base::Path>& files) {
  const FileKind kind = kind_in(format, files.front());
  for (const base::Path& file : files)
    if (kind_in(format, file) != kind)
      base::fail_usage("import", "expected files of one kind, found {} beside {}; import one kind",
                       file.filename().string(), files.front().filename().string());
  return kind;
}

Encoding encoding_of(const std::string& name) {
  return name == "latin-1"        ? Encoding::kLatin1
         : name == "windows-1252" ? Encoding::kWindows1252
                                  : Encoding::kUtf8;
}

void set_known(const KnownFormat& format, ImportLayout& layout) {
  layout.log = format.log;
  layout.catalogue = format.catalogue;
  layout.log.fixed = layout.catalogue.fixed = true;
  if (layout.interactions_kind == FileKind::kCsv) layout.log_dialect = format.log_dialect;
  if (layout.items_kind == FileKind::kCsv) layout.items_dialect = format.items_dialect;
  layout.may_be_latin1 = format.latin1;
  layout.catalogue.html = format.html;
  if (!layout.items.empty() && layout.items_kind == FileKind::kJsonl)
    layout.catalogue.categories =
        catalogue_columns(format, beginning(layout.items.front(), kBeginning)).categories;
}

}  // namespace

ImportLayout find_layout(const ImportConfig& config) {
  const std::vector<base::Path> given = given_files(config);
  std::error_code code;
  const bool is_folder = fs::is_directory(given.front(), code);
  const base::Path folder = is_folder ? given.front() : given.front().parent_path();
  ImportLayout layout;
  layout.format = config.format != "auto" ? config.format
                  : is_folder             ? format_of_folder(folder)
                                          : format_of_file(given.front());
  layout.interactions = is_folder ? logs_in_folder(layout.format, folder) : given;
  layout.items =
      config.items.empty() ? catalogue_beside(layout, is_folder, folder) : given_catalogue(config.items);
  layout.interactions_kind = common_kind(layout.format, layout.interactions);
  const KnownFormat* known = known_format(layout.format);
  if (!layout.items.empty())
    layout.items_kind = common_kind(known != nullptr ? layout.format : "", layout.items);
  set_names(config, layout);
  if (known != nullptr) set_known(*known, layout);
  layout.encoding = encoding_of(config.encoding);
  layout.may_be_latin1 = layout.may_be_latin1 && config.encoding == "auto";
  if (config.html_entities != "auto") layout.catalogue.html = config.html_entities == "decode";
  return layout;
}

}  // namespace r2rank::data
