#include "data/input_paths.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "data/byte_source.h"

namespace r2rank::data {
namespace {

namespace fs = std::filesystem;
constexpr std::array<std::string_view, 3> kPartNames = {"train", "valid", "test"};

/// The name with each run of digits, and each of kPartNames, as '#'.
std::string pattern_of(const std::string& name) {
  std::string pattern;
  for (size_t i = 0; i < name.size();) {
    size_t length = 0;
    while (i + length < name.size() && std::isdigit(static_cast<unsigned char>(name[i + length]))) ++length;
    for (const std::string_view part : kPartNames)
      if (length == 0 && std::string_view(name).substr(i).starts_with(part)) length = part.size();
    pattern += length > 0 ? '#' : name[i];
    i += std::max<size_t>(length, 1);
  }
  return pattern;
}

size_t rank_of(const std::string& name) {
  for (size_t rank = 0; rank < kPartNames.size(); ++rank)
    if (name.find(kPartNames[rank]) != std::string::npos) return rank;
  return 0;
}

}  // namespace

std::vector<base::Path> expand_path(const std::string& path, const std::string& flag) {
  if (std::error_code code; fs::exists(path, code)) return {path};
  std::vector<base::Path> found;
  glob_t matches{};
  if (path.find_first_of("*?[") != std::string::npos && ::glob(path.c_str(), 0, nullptr, &matches) == 0)
    found.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  ::globfree(&matches);
  if (found.empty())
    base::fail_io("import", "expected a file or folder at {}, found nothing there; name it with {}", path,
                  flag);
  sort_parts(found);
  return found;
}

std::vector<std::string> file_names(const base::Path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (std::error_code ignored;
        !name.starts_with('.') && !name.starts_with('_') && entry->is_regular_file(ignored))
      names.push_back(name);
  }
  if (code) base::fail_io("import", "cannot read the folder {}: {}", folder.string(), code.message());
  std::sort(names.begin(), names.end());
  return names;
}

base::Path first_of(const base::Path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    for (const base::Path& path : {folder / name, folder / (name + ".gz"), folder / (name + ".zst")})
      if (std::error_code code; fs::is_regular_file(path, code)) return path;
  return {};
}

bool are_parts(const std::string& a, const std::string& b) {
  return pattern_of(a) == pattern_of(b);
}

void sort_parts(std::vector<base::Path>& parts) {
  std::sort(parts.begin(), parts.end(), [](const base::Path& a, const base::Path& b) {
    const std::string x = a.filename().string(), y = b.filename().string();
    return are_parts(x, y) && rank_of(x) != rank_of(y) ? rank_of(x) < rank_of(y) : a < b;
  });
}

std::string beginning(const base::Path& path, size_t size) {
  constexpr size_t kStep = size_t{1} << 16;
  const auto source = open_source(path);
  std::string bytes;
  while (bytes.size() < size) {
    const size_t before = bytes.size(), step = std::min(kStep, size - before);
    bytes.resize(before + step);
    bytes.resize(before + source->read(bytes.data() + before, step));
    if (bytes.size() == before) break;
  }
  return bytes;
}

}  // namespace r2rank::data
