#pragma once

#include <string>
#include <vector>

#include "base/files.h"

namespace r2rank::data {

/// The files a path stands for: itself, or those that a pattern (*, ?, [..]) names, sorted. Errors: kIo where
/// there is nothing.
std::vector<base::Path> expand_path(const std::string& path, const std::string& flag);

/// Names of the files in a folder, sorted; hidden ones and those that begin with '_' left out. Errors: kIo.
std::vector<std::string> file_names(const base::Path& folder);

/// The first of `names` that lies in `folder`, plain or packed (.gz, .zst); empty when none does.
base::Path first_of(const base::Path& folder, const std::vector<std::string>& names);

/// Whether two names differ only in digits or in train, valid, test: parts of one table.
bool are_parts(const std::string& a, const std::string& b);

/// Sorts parts of a table: by name, but train before valid before test.
void sort_parts(std::vector<base::Path>& parts);

/// The first bytes of a file, unpacked; at most `size`. Errors: as open_source().
std::string beginning(const base::Path& path, size_t size);

}  // namespace r2rank::data
