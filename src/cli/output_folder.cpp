#include "cli/output_folder.h"

#include <unistd.h>

#include <filesystem>

#include "base/error.h"

namespace r2rank::cli {
namespace {

namespace fs = std::filesystem;

/// The folder, or the nearest one above it that exists: there the first new folder is made.
fs::path existing_part(fs::path path) {
  std::error_code code;
  path = fs::absolute(path, code);
  while (path.has_parent_path() && path != path.root_path() && !fs::exists(path, code))
    path = path.parent_path();
  return path;
}

void check_replaceable(const fs::path& folder, bool overwrite, std::string_view marker) {
  if (!fs::is_directory(folder))
    base::fail_usage("output", "--output {} is a file; name a folder", folder.string());
  if (!fs::is_empty(folder) && !fs::exists(folder / marker))
    base::fail_usage("output",
                     "--output {} holds other things (no {}) and is never replaced; choose another name",
                     folder.string(), marker);
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

void check_output(const OutputFolder& folder, std::string_view marker) {
  const fs::path target = folder.output;
  if (fs::exists(target)) check_replaceable(target, folder.overwrite, marker);
  check_writable(folder.output,
                 existing_part(fs::exists(target) ? fs::absolute(target).parent_path() : target));
}

void check_place(const base::Path& folder) {
  if (fs::exists(folder) && !fs::is_directory(folder))
    base::fail_usage("output", "--output {} is a file; name a folder", folder.string());
  check_writable(folder.string(), existing_part(folder));
}

}  // namespace r2rank::cli
