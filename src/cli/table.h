#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace r2rank::cli {

/// Rows of text as aligned columns.
class Table {
 public:
  enum class Align { kLeft, kRight };

  explicit Table(std::vector<Align> columns);
  /// One cell a column. The last column is never padded.
  void row(std::vector<std::string> cells);
  /// The rows, each line ended, indented by two spaces.
  std::string text() const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters (not bytes) of UTF-8 text, for alignment.
size_t text_width(const std::string& text);
/// At most `width` characters of UTF-8 text (1 or more); where some are cut off, the last is "…".
std::string shortened(const std::string& text, size_t width);
/// "1,234,567".
std::string grouped(int64_t number);
/// Text broken at spaces so that no line is longer than `width`; a word longer than that stands alone.
std::vector<std::string> wrapped(const std::string& text, size_t width);

}  // namespace r2rank::cli
