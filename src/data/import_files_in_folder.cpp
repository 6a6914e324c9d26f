#include "data/import_files_in_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "data/input_file.h"
#include "data/input_paths.h"

namespace r2rank::data {
namespace {

constexpr std::array<const char*, 6> kTables = {".csv", ".tsv", ".jsonl", ".json", ".ndjson", ".parquet"};

std::vector<std::string> named(const char* stem) {
  std::vector<std::string> names;
  for (const char* extension : kTables) names.push_back(std::string(stem) + extension);
  return names;
}

bool is_catalogue(const std::string& name) {
  return name.starts_with("meta_") || name.starts_with("items.") || name.starts_with("movies.");
}

/// Files of a folder for which `holds`, if they are parts of one table.
template <class Holds>
std::vector<base::Path> parts_where(const base::Path& folder, const Holds& holds) {
  std::vector<base::Path> parts;
  for (const std::string& name : file_names(folder)) {
    if (!holds(name)) continue;
    if (!parts.empty() && !are_parts(parts.front().filename().string(), name))
      base::fail_usage(
          "import",
          "expected one table or its parts (names that differ in digits) in {}, found {} and {}; "
          "name the files",
          folder.string(), parts.front().filename().string(), name);
    parts.push_back(folder / name);
  }
  sort_parts(parts);
  return parts;
}

/// "interactions-2.csv", "interactions2.csv": stem, a number, and the ending.
bool is_numbered(const std::string& name, const std::string& stem) {
  if (!name.starts_with(stem)) return false;
  const std::string middle = name.substr(stem.size(), name.find('.', stem.size()) - stem.size());
  return middle.find_first_of("0123456789") != std::string::npos &&
         middle.find_first_not_of("-_0123456789") == std::string::npos;
}

/// A part beside what is taken for the whole would be lost.
void refuse_more(const base::Path& folder, const std::string& stem, const std::string& whole) {
  for (const std::string& name : file_names(folder))
    if (is_numbered(name, stem) && has_table_extension(name))
      base::fail_usage("import",
                       "expected a whole table in {}, found {} beside it in {}; put all parts into a folder "
                       "named {}, or name the files to read",
                       whole, name, folder.string(), stem);
}

/// What a folder has of a table: stem.csv, stem.jsonl.gz ..., or a folder of parts called `stem`. Errors:
/// kUsage where it has several, of which all but one would be lost.
std::vector<base::Path> whole_or_parts(const base::Path& folder, const char* stem) {
  std::vector<base::Path> found;
  std::error_code code;
  for (const std::string& name : named(stem))
    for (const char* packed : {"", ".gz", ".zst"})
      if (std::filesystem::is_regular_file(folder / (name + packed), code))
        found.push_back(folder / (name + packed));
  if (std::filesystem::is_directory(folder / stem, code)) found.push_back(folder / stem);
  if (found.size() > 1)
    base::fail_usage("import",
                     "expected one of {} and {} in {}, found both; remove one, or name the files to read",
                     found[0].filename().string(), found[1].filename().string(), folder.string());
  if (found.empty()) return {};
  refuse_more(folder, stem, found[0].filename().string());
  return std::filesystem::is_directory(found[0], code) ? parts_in(found[0]) : found;
}

/// A folder among the parts of a table would be left out without a word.
void refuse_folders(const base::Path& folder) {
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (std::error_code ignored;
        !name.starts_with('.') && !name.starts_with('_') && entry->is_directory(ignored))
      base::fail_usage("import", "expected files in {}, found the folder {}; name the files to read",
                       folder.string(), name);
  }
}

}  // namespace

bool has_table_extension(const base::Path& path) {
  return std::find(kTables.begin(), kTables.end(), data_extension(path)) != kTables.end();
}

FileKind kind_of(const base::Path& path) {
  const std::string extension = data_extension(path);
  if (extension == ".parquet" || extension == ".pq") return FileKind::kParquet;
  if (extension == ".csv" || extension == ".tsv" || extension == ".txt" || extension == ".dat")
    return FileKind::kCsv;
  if (extension == ".jsonl" || extension == ".json" || extension == ".ndjson") return FileKind::kJsonl;
  if (extension == ".inter" || extension == ".item") return FileKind::kAtomic;
  base::fail_usage("import",
                   "cannot tell how to read {}: expected a name that ends in .csv, .tsv, .jsonl, .parquet, "
                   ".inter or .item (.gz or .zst may follow), or --format",
                   path.string());
}

std::vector<base::Path> parts_in(const base::Path& folder) {
  const auto parts = parts_where(folder, [](const std::string& name) { return has_table_extension(name); });
  if (parts.empty())
    base::fail_usage("import", "expected .csv, .tsv, .jsonl or .parquet files in {} (found: {})",
                     folder.string(), fmt::join(file_names(folder), ", "));
  refuse_folders(folder);
  return parts;
}

std::vector<base::Path> atomic_logs(const base::Path& folder) {
  return parts_where(folder, [](const std::string& name) { return data_extension(name) == ".inter"; });
}

std::vector<base::Path> generic_logs(const base::Path& folder) {
  auto logs = whole_or_parts(folder, "interactions");
  if (!logs.empty()) return logs;
  return parts_where(
      folder, [](const std::string& name) { return has_table_extension(name) && !is_catalogue(name); });
}

std::vector<std::string> tables_beside(const base::Path& folder, const std::vector<base::Path>& logs) {
  std::vector<std::string> names;
  for (const std::string& name : file_names(folder))
    if (has_table_extension(name) && !is_catalogue(name) &&
        std::find(logs.begin(), logs.end(), folder / name) == logs.end())
      names.push_back(name);
  return names;
}

std::vector<base::Path> generic_catalogue(const base::Path& folder) {
  auto items = whole_or_parts(folder, "items");
  if (!items.empty()) return items;
  return parts_where(
      folder, [](const std::string& name) { return has_table_extension(name) && name.starts_with("meta_"); });
}

}  // namespace r2rank::data
