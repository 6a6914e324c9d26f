#pragma once

#include <string_view>
#include <vector>

#include "base/files.h"
#include "cli/flags.h"

namespace r2rank::cli {

/// How a folder that a verb made is told from any other.
struct FolderKind {
  std::string_view marker;                     ///< a file that is always in it, a JSON object: "dataset.json"
  std::string_view field;                      ///< a field that this object has: "format"
  std::string_view value;                      ///< what stands there; empty: anything
  std::vector<std::string_view> names;         ///< all files that the verb writes there
  std::vector<std::string_view> folders = {};  ///< and all folders
};

FolderKind dataset_kind();
FolderKind split_kind();
FolderKind baseline_kind();
FolderKind combination_kind();
FolderKind signals_kind();
FolderKind rationales_kind();
FolderKind synthetic_kind();
FolderKind hugging_face_kind();

/// Refuses at once, before hours of work, an output that could not be written at the end: it exists and
/// --overwrite is not given, or it is no folder that this verb made, or holds anything that this verb does
/// not write (whatever --overwrite says), or its place is not writable. Errors: kUsage, kIo.
void check_output(const OutputFolder& folder, const FolderKind& kind);

/// The same for a folder whose content is the caller's business: it is, or can become, a folder that can be
/// written in. Creates nothing. Errors: kUsage, kIo.
void check_place(const base::Path& folder);

/// Refuses a folder that another verb made (a data set, a split, a model ...), in which files of this one do
/// not belong and may replace its own. Errors: kUsage naming the file that tells.
void check_no_other_folder(const base::Path& folder);

}  // namespace r2rank::cli
