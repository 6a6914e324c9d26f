#pragma once

#include <map>
#include <string>

#include "base/files.h"

namespace r2rank::experiment {

/// What files hold, so that results made from other ones are not taken for results made from these. Each path
/// is read once.
class FileIdentities {
 public:
  /// Of a file its size and hash; of a folder those of every file in it, by name; of a run folder only its
  /// model. Errors: kIo.
  const std::string& of(const base::Path& path);

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace r2rank::experiment
