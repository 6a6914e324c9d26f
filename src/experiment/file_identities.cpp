#include "experiment/file_identities.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "learn/model_folder.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;

std::string identity_of_file(const base::Path& path) {
  const base::MappedFile file(path);
  const auto bytes = file.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return fmt::format("{}:{}", bytes.size(), base::hash_hex(text));
}

std::string identity_of_folder(const base::Path& folder) {
  std::vector<base::Path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files)
    all += fmt::format("{}:{}\n", file.lexically_relative(folder).string(), identity_of_file(file));
  return base::hash_hex(all);
}

}  // namespace

const std::string& FileIdentities::of(const base::Path& path) {
  const base::Path model = learn::model_path_of(path);
  if (const auto known = known_.find(model.string()); known != known_.end()) return known->second;
  return known_[model.string()] =
             fs::is_directory(model) ? identity_of_folder(model) : identity_of_file(model);
}

}  // namespace r2rank::experiment
