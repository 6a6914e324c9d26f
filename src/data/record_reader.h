#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/byte_source.h"
#include "data/text_window.h"

namespace r2rank::data {

/// Ends every element of a cell that was a list, so that a list of one is told apart from plain text.
inline constexpr char kListEnd = '\x1f';

/// One row of a table as text. Cells live until the next call of the reader.
struct Record {
  int64_t line = 0;  ///< the line it starts on, from 1; of a Parquet file the row
  std::vector<std::optional<std::string_view>>
      cells;  ///< [wanted columns]; nullopt where the row has no such column
};

/// What is wrong with a row that could be left out.
enum class RowFault { kForm, kEncoding, kMissing, kNumber };
/// "malformed", "not UTF-8", ...: how the import report names it.
std::string_view fault_name(RowFault fault);

/// An error in one row; the reader stands behind it and can go on.
class RowError : public base::Error {
 public:
  RowError(RowFault fault, const std::string& text, int64_t further_lines = 0)
      : Error(base::ErrorKind::kData, "import", text), fault_(fault), further_lines_(further_lines) {}
  RowFault fault() const { return fault_; }
  /// Lines behind the first one that a quote made part of the row.
  int64_t further_lines() const { return further_lines_; }

 private:
  RowFault fault_;
  int64_t further_lines_;
};

template <class... Args>
[[noreturn]] void fail_row(RowFault fault, fmt::format_string<Args...> text, Args&&... args) {
  throw RowError(fault, fmt::format(text, std::forward<Args>(args)...));
}

/// Reads a table of text row by row, wanted columns only, in memory that does not grow with the table.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// The next row, or false at the end. Errors: RowError (kData, naming source and line) for a row that can
  /// be left out, base::Error (kData, kIo) for what cannot be read on.
  virtual bool next(Record& record) = 0;
  /// Names of the columns seen so far, wanted or not.
  virtual const std::vector<std::string>& found_columns() const = 0;
  /// Lets values that no cell can hold (an object) stand in a wanted column without making the row a bad one;
  /// for formats that have such values.
  virtual void accept_any(size_t column) { static_cast<void>(column); }
  /// How much of the input has been read, 0 to 1.
  virtual double share() const = 0;
  const std::string& source() const { return source_; }

 protected:
  RecordReader(std::string source, std::vector<std::string> wanted)
      : source_(std::move(source)), wanted_(std::move(wanted)) {}

  const std::string source_;               // how messages name the file
  const std::vector<std::string> wanted_;  // "" wants nothing: its cell is always nullopt
};

/// The longest row of a text: so much is held in memory.
inline constexpr size_t kLongestRow = size_t{64} << 20;

/// A reader whose rows are pieces of a text.
class TextReader : public RecordReader {
 public:
  double share() const override { return window_.share(); }

 protected:
  TextReader(std::unique_ptr<ByteSource> bytes, std::string source, std::vector<std::string> wanted)
      : RecordReader(std::move(source), std::move(wanted)), window_(std::move(bytes)) {}
  /// Lengthens the window for a row that begins in `line`. Errors: kData when it is longer than a row may be.
  void more(int64_t line);
  /// The line from the window's beginning, without its line break, passed over. REQUIRES: not at_end().
  std::string_view next_line(int64_t line);

  TextWindow window_;
};

enum class FileKind { kCsv, kJsonl, kAtomic, kPython, kParquet };

/// A reader of the given kind over UTF-8 text. Errors: kData when the header is malformed.
/// REQUIRES: a kind of text, not kParquet.
std::unique_ptr<RecordReader> open_records(FileKind kind, std::unique_ptr<ByteSource> bytes,
                                           std::string source, std::vector<std::string> wanted);
std::unique_ptr<RecordReader> open_records(FileKind kind, std::string bytes, std::string source,
                                           std::vector<std::string> wanted);

/// Checks that every byte belongs to valid UTF-8. Errors: kData naming the first offending line.
void check_utf8(std::string_view bytes, const std::string& source);
/// The same for one row that begins in `line`. Errors: RowError.
void check_row_utf8(std::string_view row, int64_t line, const std::string& source);

}  // namespace r2rank::data
