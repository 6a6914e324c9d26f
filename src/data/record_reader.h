#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2rank::data {

/// Ends every element of a cell that was a list, so that a list of one is told apart from plain text.
inline constexpr char kListEnd = '\x1f';

/// One row of a table as text. Cells live until the next call of the reader.
struct Record {
  int64_t line = 0;  ///< the line it starts on, from 1
  std::vector<std::optional<std::string_view>>
      cells;  ///< [wanted columns]; nullopt where the row has no such column
};

/// Reads a table of text row by row, wanted columns only. Everything is parsed from memory.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// The next row, or false at the end. Errors: kData naming source and line.
  virtual bool next(Record& record) = 0;
  /// Names of the columns seen so far, wanted or not.
  virtual const std::vector<std::string>& found_columns() const = 0;
  const std::string& source() const { return source_; }
  /// How much of the bytes has been read, 0 to 1.
  double share() const {
    return at_ >= bytes_.size() ? 1 : static_cast<double>(at_) / static_cast<double>(bytes_.size());
  }

 protected:
  RecordReader(std::string bytes, std::string source, std::vector<std::string> wanted)
      : bytes_(std::move(bytes)), source_(std::move(source)), wanted_(std::move(wanted)) {}

  const std::string bytes_;
  const std::string source_;               // how messages name the file
  const std::vector<std::string> wanted_;  // "" wants nothing: its cell is always nullopt
  size_t at_ = 0;                          // the next byte
};

enum class FileKind { kCsv, kJsonl, kAtomic };

/// A reader of the given kind over bytes. Errors: kData when they are not UTF-8 or the header is malformed.
std::unique_ptr<RecordReader> open_records(FileKind kind, std::string bytes, std::string source,
                                           std::vector<std::string> wanted);

/// Checks that every byte belongs to valid UTF-8. Errors: kData naming the first offending line.
void check_utf8(std::string_view bytes, const std::string& source);

}  // namespace r2rank::data
