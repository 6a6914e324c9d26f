#include "cli/run_folder.h"

#include <filesystem>

#include "base/error.h"

namespace r2rank::cli {
namespace {

namespace fs = std::filesystem;

/// Every configuration that `train` records has this key; hardly another program's does.
bool is_our_configuration(const base::Path& path) {
  std::error_code code;
  if (!fs::is_regular_file(path, code)) return false;
  return base::read_file(path).find("\nrationale_tokens = ") != std::string::npos;
}

bool is_leftover(const std::string& name) {
  return name.starts_with(".") && name.ends_with(".tmp");
}

}  // namespace

bool is_run_folder(const base::Path& folder) {
  if (is_our_configuration(folder / "config.toml")) return true;
  for (const auto& entry : fs::directory_iterator(folder))
    if (!is_leftover(entry.path().filename().string())) return false;
  return true;
}

void clear_run_folder(const base::Path& folder) {
  std::error_code code;
  if (!fs::exists(folder, code)) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() == "config.toml") continue;
    fs::remove_all(entry.path(), code);
    if (code) base::fail_io("run folder", "cannot remove {}: {}", entry.path().string(), code.message());
  }
}

}  // namespace r2rank::cli
