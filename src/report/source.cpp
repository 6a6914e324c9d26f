#include "report/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/toml_text.h"
#include "report/json_file.h"

namespace r2rank::report {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStudyFormat = "r2rank-study";

/// Files that tell a folder by being there; whether they are whole their reader says.
constexpr std::pair<const char*, SourceKind> kMarkers[] = {{"dataset.json", SourceKind::kDataset},
                                                           {"split.json", SourceKind::kSplit},
                                                           {"comparison.json", SourceKind::kComparison},
                                                           {"baseline.json", SourceKind::kBaseline},
                                                           {"study.json", SourceKind::kStudy}};

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

/// Every configuration that `train` records has this key; hardly another program's does.
bool is_run(const fs::path& folder) {
  return is_file(folder / "config.toml") && is_file(folder / "log.jsonl") &&
         base::read_file(folder / "config.toml").find("\nrationale_tokens = ") != std::string::npos;
}

bool is_evaluation(const fs::path& folder) {
  if (is_file(folder / "row.json")) return false;  // a part of a comparison
  const auto entries = entries_of(folder);
  return std::any_of(entries.begin(), entries.end(),
                     [](const fs::path& path) { return path.extension() == ".parquet" && is_file(path); });
}

std::optional<SourceKind> kind_of_folder(const fs::path& folder) {
  for (const auto& [marker, kind] : kMarkers)
    if (is_file(folder / marker)) return kind;
  if (is_run(folder)) return SourceKind::kRun;
  if (is_evaluation(folder)) return SourceKind::kEvaluation;
  return std::nullopt;
}

std::optional<SourceKind> kind_of_file(const fs::path& path) {
  if (path.extension() != ".json") return std::nullopt;
  const Json json = read_json(path);
  if (json.contains("format") && json["format"] == kStudyFormat) return SourceKind::kStudy;
  if (json.contains("operations") && json.contains("peak_flops")) return SourceKind::kBench;
  return std::nullopt;
}

/// Those that lie in a folder.
std::vector<Source> sources_in(const fs::path& folder) {
  std::vector<Source> found;
  for (const auto& path : entries_of(folder)) {
    if (!fs::is_directory(path)) continue;
    if (const auto kind = kind_of_folder(path)) found.push_back({*kind, path});
  }
  return found;
}

[[noreturn]] void refuse(const std::string& path) {
  base::fail_usage(
      "report",
      "expected finished work of r2rank in {} (a folder of train, eval, compare, baseline, import or split, "
      "a JSON file of bench, a study, or a folder of such folders), found nothing that tells one; "
      "docs/report.md says what does",
      path);
}

std::vector<Source> sources_of(const std::string& text) {
  fs::path path = text;
  if (!path.has_filename()) path = path.parent_path();
  if (const auto kind = kind_of(path)) return {{*kind, path}};
  auto found = fs::is_directory(path) ? sources_in(path) : std::vector<Source>();
  if (found.empty()) refuse(text);
  return found;
}

/// The data set and the split that a run or an evaluation says it was made from.
std::vector<std::string> places_named_by(const Source& source) {
  std::vector<std::string> places;
  if (source.kind == SourceKind::kRun) {
    const auto config = base::read_toml((source.path / "config.toml").string());
    for (const char* key : {"dataset", "split"}) places.push_back(config[key].value_or(std::string()));
  } else if (source.kind == SourceKind::kEvaluation && is_file(source.path / "summary.json")) {
    const Json summary = read_json(source.path / "summary.json");
    if (!summary.contains("made_from") || !summary["made_from"].is_object()) return places;
    for (const char* key : {"dataset", "split"}) {
      const Json& made_from = summary["made_from"];
      if (made_from.contains(key) && made_from[key].is_string())
        places.push_back(made_from[key].get<std::string>());
    }
  }
  return places;
}

/// Sources in the order of their first mention.
class Found {
 public:
  bool add(const Source& source) {
    std::error_code code;
    const fs::path whole = fs::weakly_canonical(source.path, code);
    if (!seen_.insert(code ? source.path : whole).second) return false;
    sources_.push_back(source);
    return true;
  }
  std::vector<Source>& sources() { return sources_; }

 private:
  std::set<fs::path> seen_;
  std::vector<Source> sources_;
};

}  // namespace

std::vector<base::Path> entries_of(const base::Path& folder) {
  std::vector<base::Path> entries;
  for (const auto& entry : fs::directory_iterator(folder))
    if (!entry.path().filename().string().starts_with('.')) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::string_view kind_name(SourceKind kind) {
  constexpr std::string_view kNames[] = {"data set",   "split",    "run",   "evaluation",
                                         "comparison", "baseline", "bench", "study"};
  return kNames[static_cast<size_t>(kind)];
}

std::optional<SourceKind> kind_of(const base::Path& path) {
  std::error_code code;
  if (!fs::exists(path, code))
    base::fail_io("report", "{}: there is no such file or folder; name what train, eval or compare wrote",
                  path.string());
  return fs::is_directory(path) ? kind_of_folder(path) : kind_of_file(path);
}

std::vector<Source> find_sources(const std::vector<std::string>& paths) {
  Found found;
  for (const auto& path : paths)
    for (const auto& source : sources_of(path)) found.add(source);
  const size_t given = found.sources().size();
  for (size_t i = 0; i < given; ++i)
    for (const auto& place : places_named_by(found.sources()[i])) {
      std::error_code code;
      if (place.empty() || !fs::is_directory(place, code)) continue;
      const auto kind = kind_of_folder(place);
      if (kind != SourceKind::kDataset && kind != SourceKind::kSplit) continue;
      if (found.add({*kind, place}))
        base::log_info("taking along {}, which {} names", place, found.sources()[i].path.string());
    }
  return std::move(found.sources());
}

}  // namespace r2rank::report
