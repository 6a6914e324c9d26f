#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/files.h"

namespace r2rank::remote {

/// Replies of a server on disk, by a hash of what was asked (docs/formats.md, "Answer cache"): a run that is
/// started again asks only what is missing. Each reply is handed to the system at once, so that `kill -9`
/// loses at most the one being written. One program at a time writes a cache.
class AnswerCache {
 public:
  /// Reads the file where there is one; what a crash cut off is passed over, and other lines that are no
  /// answers with a warning. With an empty path answers are kept in memory alone. Errors: kData for a file
  /// that is no cache; kIo.
  explicit AnswerCache(base::Path path);

  /// The reply to what has this key, or null.
  const std::string* find(const std::string& key) const;
  void add(const std::string& key, const std::string& reply);
  int64_t size() const { return static_cast<int64_t>(replies_.size()); }

  /// The key of a request: a hash of address and body.
  static std::string key_of(std::string_view url, std::string_view body);

 private:
  void read();

  base::Path path_;
  std::unique_ptr<base::AppendFile> file_;  // opened by the first add()
  std::map<std::string, std::string> replies_;
  bool torn_ = false;  // the file ends in the middle of a line
};

/// Lines of a cache file as key and reply. `torn` tells whether the last line has no end. Errors: kData for
/// bytes that do not begin as a cache.
std::map<std::string, std::string> parse_answers(std::string_view bytes, const std::string& origin,
                                                 bool& torn);

}  // namespace r2rank::remote
