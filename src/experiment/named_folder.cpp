#include "experiment/named_folder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/error.h"

namespace r2rank::experiment {
std::string folder_name(const base::Path& folder) {
  const auto whole = std::filesystem::absolute(folder).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

bool is_label(std::string_view text) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

NamedFolder named_folder(const std::string& text, const std::string& where) {
  const size_t sign = text.find('=');
  std::error_code code;
  if (sign == std::string::npos || !is_label(text.substr(0, sign)) || std::filesystem::exists(text, code))
    return {folder_name(text), text};
  if (sign + 1 == text.size())
    base::fail_usage(where, "--scorers {}: expected NAME=FOLDER, found no folder", text);
  return {text.substr(0, sign), text.substr(sign + 1)};
}

}  // namespace r2rank::experiment
