#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "data/record_reader.h"

namespace r2rank::data {

/// Names in the order of their first appearance.
class FoundNames {
 public:
  void add(std::string_view name) {
    if (known_.find(name) != known_.end()) return;
    known_.emplace(name);
    names_.emplace_back(name);
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::set<std::string, std::less<>> known_;
};

/// Names beside the wanted ones that are remembered for messages: a file may have a name of its own in each
/// line.
inline constexpr int64_t kMostOtherNames = 1000;
/// Lists within lists that a cell may have; Amazon's categories have 2.
inline constexpr int kMaxListDepth = 8;

/// The wanted members of an object as the cells of a record: numbers as they are written, null as nothing, a
/// list as its elements, each ended by kListEnd (lists of lists are flattened).
class JsonCells {
 public:
  JsonCells(std::string source, std::vector<std::string> wanted);
  /// Parses one line. Errors: RowError.
  nlohmann::json parse(std::string_view line, int64_t number) const;
  /// Takes any value for a wanted column: what cannot be a cell becomes the name of its kind, "object" or
  /// "array". For columns of which no more than their presence matters.
  void accept_any(size_t column) { any_[column] = true; }
  /// Fills `record`, whose line is set; cells live until the next call. Errors: RowError for what is no
  /// object and for a cell that is an object or too deep a list.
  void fill(const nlohmann::json& object, Record& record);

  /// The wanted column of a name, -1 for none, and a note that the name was found.
  int column_of(std::string_view name);
  /// An empty text in which a cell may be put together.
  std::string& text(size_t column);
  /// Columns that are wanted twice get their cell twice.
  void repeat(Record& record) const;
  const std::vector<std::string>& found() const { return found_.names(); }

 private:
  std::string source_;
  std::vector<std::string> wanted_;
  FoundNames found_;
  std::vector<std::string> texts_;                   // [wanted]
  std::vector<bool> any_;                            // [wanted]
  std::vector<std::pair<size_t, size_t>> repeated_;  // a column and the earlier one of the same name
};

}  // namespace r2rank::data
