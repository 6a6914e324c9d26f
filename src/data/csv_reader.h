#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "data/record_reader.h"

namespace r2rank::data {

struct CsvDialect {
  std::string separator;  ///< between fields, also of several characters ("::"); "" guesses from the header
  bool quotes = true;     ///< fields may be quoted as in RFC 4180, with line breaks and doubled quotes inside
  bool typed_header = false;         ///< column names end in ":type" (RecBole), which is cut off
  std::vector<std::string> columns;  ///< the columns' names where the file has no header line
};

/// Separated values: RFC 4180 with LF or CRLF, an optional byte-order mark, and blank lines skipped. Arrow's
/// CSV reader was passed over because it numbers blocks and rows, and messages here name the line in the
/// file.
class CsvReader : public TextReader {
 public:
  CsvReader(std::unique_ptr<ByteSource> bytes, std::string source, std::vector<std::string> wanted,
            CsvDialect dialect);
  bool next(Record& record) override;
  const std::vector<std::string>& found_columns() const override { return header_; }

 private:
  bool next_fields();
  bool parse_fields();
  std::string_view next_field();
  std::string_view quoted_field();
  std::string_view plain_field();
  void check_after_quote();
  std::string quoted_lines() const;
  bool separator_at(size_t at) const;
  void skip_blank_lines();
  size_t line_end_at(size_t at) const;
  void read_header();
  void guess_separator();
  void locate_wanted();

  CsvDialect dialect_;
  int64_t line_ = 1, record_line_ = 1;
  int64_t quoted_breaks_ = 0;  // line breaks inside the quotes of the current record
  std::vector<std::string> header_;
  std::vector<int64_t> places_;           // [wanted] field of each wanted column, -1: not in the file
  std::vector<std::string_view> fields_;  // of the current record
  std::deque<std::string> unescaped_;     // fields with doubled quotes; a deque keeps them in place
  std::string_view text_;                 // the window while a record is parsed; at_ is a place in it
  size_t at_ = 0;
  bool cut_ = false;  // the window ended before the record did
  std::string fault_;
};

/// The separator that occurs most often in the first line, of comma, tab, semicolon and bar; a comma when
/// there is none.
char guess_separator(std::string_view bytes);

}  // namespace r2rank::data
