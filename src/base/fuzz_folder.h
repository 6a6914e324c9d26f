#pragma once

#include <unistd.h>

#include <fstream>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::base {

/// For fuzz targets only, whose readers take a path and not bytes: a folder of this process, in memory where
/// the system has one, removed at the end.
class FuzzFolder {
 public:
  FuzzFolder() : path_(parent() / fmt::format("r2rank-fuzz-{}", ::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~FuzzFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FuzzFolder(const FuzzFolder&) = delete;
  FuzzFolder& operator=(const FuzzFolder&) = delete;

  const Path& path() const { return path_; }

  /// Replaces one file and returns its path. Unlike write_file() it does not wait for a disk.
  Path write(const Path& name, std::string_view bytes) const {
    std::ofstream file(path_ / name, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    R2RANK_CHECK(file.good());
    return path_ / name;
  }

  void clear() const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) std::filesystem::remove_all(entry);
  }

 private:
  static Path parent() {
    const Path memory = "/dev/shm";
    return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  }

  Path path_;
};

}  // namespace r2rank::base
