#include "cli/output_folder.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace r2rank::cli {
namespace {

namespace fs = std::filesystem;

/// Whether something is there, a link whose target is missing included. Errors: kIo where the system cannot
/// tell.
bool is_taken(const fs::path& path) {
  std::error_code code;
  const fs::file_status link = fs::symlink_status(path, code);
  if (link.type() == fs::file_type::not_found) return false;
  const fs::file_status target = code ? link : fs::status(path, code);
  if (code && target.type() != fs::file_type::not_found)
    base::fail_io("output", "--output {}: {}; choose another name", path.string(), code.message());
  if (target.type() == fs::file_type::not_found)
    base::fail_usage("output", "--output {} is a link to nothing; remove it or choose another name",
                     path.string());
  return true;
}

/// The folder, or the nearest one above it that exists: there the first new folder is made.
fs::path existing_part(fs::path path) {
  std::error_code code;
  path = fs::absolute(path, code);
  while (path.has_parent_path() && path != path.root_path() && !fs::exists(path, code))
    path = path.parent_path();
  return path;
}

/// Whether the marker is one that the verb has written: anybody may call a file so.
bool is_marked(const fs::path& folder, const FolderKind& kind) {
  std::error_code code;
  if (!fs::is_regular_file(folder / kind.marker, code)) return false;
  const auto json = nlohmann::json::parse(base::read_file(folder / kind.marker), nullptr, false);
  if (!json.is_object() || !json.contains(kind.field)) return false;
  return kind.value.empty() || json[std::string(kind.field)] == kind.value;
}

/// A name in the folder that the verb does not write there; "" where there is none. What a killed process
/// left is nobody's work.
std::string foreign_name(const fs::path& folder, const FolderKind& kind) {
  std::string found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool leftover = name.starts_with('.') && name.ends_with(".tmp");
    const auto among = [&](const auto& list) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    const bool ours =
        entry.is_regular_file() ? among(kind.names) : entry.is_directory() && among(kind.folders);
    if (!leftover && !ours && (found.empty() || name < found)) found = name;
  }
  return found;
}

void check_replaceable(const fs::path& folder, bool overwrite, const FolderKind& kind) {
  if (!fs::is_directory(folder))
    base::fail_usage("output", "--output {} is a file; name a folder", folder.string());
  if (!fs::is_empty(folder) && !is_marked(folder, kind))
    base::fail_usage(
        "output",
        "--output {} holds other things (no {} of this verb) and is never replaced; choose another "
        "name",
        folder.string(), kind.marker);
  if (const std::string name = foreign_name(folder, kind); !name.empty())
    base::fail_usage("output",
                     "--output {} also holds {}, which this verb does not write, and is never replaced; move "
                     "that away or choose another name",
                     folder.string(), name);
  if (!overwrite)
    base::fail_usage("output", "--output {} exists already; choose another name or pass --overwrite",
                     folder.string());
}

void check_writable(const std::string& output, const fs::path& place) {
  if (!fs::is_directory(place))
    base::fail_io("output", "--output {}: {} is not a folder; choose another place", output, place.string());
  // Only an attempt tells: root passes every permission, and some file systems refuse all the same.
  const fs::path probe = place / fmt::format(".r2rank.{}.tmp", ::getpid());
  std::error_code code;
  if (!fs::create_directory(probe, code))
    base::fail_io("output", "--output {}: cannot write in {}: {}", output, place.string(), code.message());
  fs::remove(probe, code);
}

}  // namespace

FolderKind dataset_kind() {
  return {"dataset.json",
          "format",
          "r2rank-dataset",
          {"dataset.json", "users.parquet", "items.parquet", "interactions.parquet"}};
}

FolderKind split_kind() {
  return {"split.json", "format", "r2rank-split", {"split.json", "valid.slates.jsonl", "test.slates.jsonl"}};
}

FolderKind baseline_kind() {
  return {"baseline.json", "format", "r2rank-baseline", {"baseline.json", "weights.safetensors"}};
}

FolderKind combination_kind() {
  return {"combination.json", "format", "r2rank-combination", {"combination.json", "trees.txt"}};
}

FolderKind signals_kind() {
  return {"signals.json", "format", "r2rank-signals", {"signals.json"}, {"full", "early"}};
}

FolderKind rationales_kind() {
  return {"rationales.json", "format", "r2rank-rationales", {"rationales.json", "rationales.jsonl"}};
}

FolderKind synthetic_kind() {
  return {"truth.json",
          "format",
          "r2rank-synthetic",
          {"truth.json", "truth_items.csv", "items.csv", "items.csv.gz", "items.csv.zst", "items.jsonl",
           "items.jsonl.gz", "items.jsonl.zst", "interactions.csv", "interactions.csv.gz",
           "interactions.csv.zst", "interactions.jsonl", "interactions.jsonl.gz", "interactions.jsonl.zst"}};
}

FolderKind hugging_face_kind() {
  return {"config.json",
          "model_type",
          "",
          {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
           "tokenizer_config.json"}};
}

void check_output(const OutputFolder& folder, const FolderKind& kind) {
  fs::path target = folder.output;
  if (!target.has_filename()) target = target.parent_path();  // a link followed by '/' is no link
  const bool taken = is_taken(target);
  if (taken) check_replaceable(target, folder.overwrite, kind);
  check_writable(folder.output, existing_part(taken ? fs::absolute(target).parent_path() : target));
}

void check_place(const base::Path& folder) {
  if (is_taken(folder) && !fs::is_directory(folder))
    base::fail_usage("output", "--output {} is a file; name a folder", folder.string());
  check_writable(folder.string(), existing_part(folder));
}

void check_no_other_folder(const base::Path& folder) {
  std::error_code code;
  for (const char* marker :
       {"dataset.json", "split.json", "baseline.json", "signals.json", "rationales.json", "truth.json",
        "r2rank.json", "config.json", "row.json", "state.json", "combination.json"})
    if (fs::exists(folder / marker, code))
      base::fail_usage(
          "output",
          "--output {} holds {}: it is a folder of another kind, whose files these could replace; "
          "choose another name",
          folder.string(), marker);
}

}  // namespace r2rank::cli
