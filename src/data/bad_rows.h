#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/record_reader.h"

namespace r2rank::data {

/// What becomes of rows that cannot be read: the first one is an error, or all are left out and counted.
class BadRows {
 public:
  explicit BadRows(bool skip = false) : skip_(skip) {}
  /// Counts one, after `good` rows that were read. Errors: the row's own, unless rows may be left out; kData
  /// with it when the first thousand rows of all are bad: then it is the file that is not what it should be.
  void add(const RowError& error, int64_t good);
  int64_t count() const;
  /// ("rows left out of `what`: malformed", 12), ...: kinds that occurred.
  std::vector<std::pair<std::string, int64_t>> counts(const std::string& what) const;
  /// The message of the first one, "" for none.
  const std::string& first() const { return first_; }

 private:
  bool skip_;
  std::array<int64_t, 4> counts_{};  // by RowFault
  int64_t further_lines_ = 0;        // that quotes made part of those rows
  std::string first_;
};

}  // namespace r2rank::data
