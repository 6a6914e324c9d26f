#pragma once

#include <string>
#include <string_view>

#include "base/files.h"

namespace r2rank::experiment {

/// A scorer's folder and what it is called.
struct NamedFolder {
  std::string name;
  base::Path folder;
};

/// The last part of the way to a folder, with or without a slash at its end: what a scorer is called that has
/// no other name.
std::string folder_name(const base::Path& folder);

/// Whether a text may stand before the sign: letters, digits, '.', '_' and '-'.
bool is_label(std::string_view text);

/// An entry of --scorers: "FOLDER" or "LABEL=FOLDER"; what is there as a whole, or begins with "./", is a
/// folder whatever its name. `where` says who was told so, for messages. Errors: kUsage for a label without a
/// folder.
NamedFolder named_folder(const std::string& text, const std::string& where);

}  // namespace r2rank::experiment
