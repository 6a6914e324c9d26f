#include "data/record_reader.h"

#include <arrow/util/utf8.h>

#include <algorithm>

#include "data/csv_reader.h"
#include "data/jsonl_reader.h"
#include "data/python_reader.h"
#include "data/recbole_reader.h"

namespace r2rank::data {
namespace {

constexpr const char* kNotUtf8 =
    "expected UTF-8 text in {}, found other bytes in line {}; convert it (for Latin-1: iconv -f latin1 -t "
    "utf8)";

/// The line of `bytes` that is not UTF-8, counted from `line`.
int64_t offending_line(std::string_view bytes, int64_t line) {
  for (size_t begin = 0; begin < bytes.size(); ++line) {
    const size_t end = std::min(bytes.find('\n', begin), bytes.size());
    if (!arrow::util::ValidateUTF8(bytes.substr(begin, end - begin))) break;
    begin = end + 1;
  }
  return line;
}

bool is_utf8(std::string_view bytes) {
  static const bool ready = (arrow::util::InitializeUTF8(), true);
  return ready && arrow::util::ValidateUTF8(bytes);
}

}  // namespace

std::string_view fault_name(RowFault fault) {
  switch (fault) {
    case RowFault::kForm:
      return "malformed";
    case RowFault::kEncoding:
      return "not UTF-8";
    case RowFault::kMissing:
      return "a value missing";
    case RowFault::kNumber:
      break;
  }
  return "a bad number";
}

void check_utf8(std::string_view bytes, const std::string& source) {
  if (!is_utf8(bytes)) base::fail_data("import", kNotUtf8, source, offending_line(bytes, 1));
}

void check_row_utf8(std::string_view row, int64_t line, const std::string& source) {
  if (!is_utf8(row)) fail_row(RowFault::kEncoding, kNotUtf8, source, offending_line(row, line));
}

void TextReader::more(int64_t line) {
  if (window_.rest().size() > kLongestRow)
    base::fail_data(
        "import",
        "expected rows of at most {} MiB in {}, found a longer one in line {}; is a quote or a line "
        "break missing?",
        kLongestRow >> 20, source_, line);
  window_.more();
}

std::string_view TextReader::next_line(int64_t line) {
  size_t searched = 0, end = 0;
  while ((end = window_.rest().find('\n', searched)) == std::string_view::npos && !window_.complete()) {
    searched = window_.rest().size();
    more(line);
  }
  end = std::min(end, window_.rest().size());
  const std::string_view text = window_.rest().substr(0, end);
  window_.pass(std::min(end + 1, window_.rest().size()));
  return text;
}

std::unique_ptr<RecordReader> open_records(FileKind kind, std::unique_ptr<ByteSource> bytes,
                                           std::string source, std::vector<std::string> wanted) {
  switch (kind) {
    case FileKind::kJsonl:
      return std::make_unique<JsonlReader>(std::move(bytes), std::move(source), std::move(wanted));
    case FileKind::kPython:
      return std::make_unique<PythonReader>(std::move(bytes), std::move(source), std::move(wanted));
    case FileKind::kAtomic:
      return open_atomic(std::move(bytes), std::move(source), std::move(wanted));
    case FileKind::kParquet:
    case FileKind::kCsv:
      break;
  }
  return std::make_unique<CsvReader>(std::move(bytes), std::move(source), std::move(wanted), CsvDialect{});
}

std::unique_ptr<RecordReader> open_records(FileKind kind, std::string bytes, std::string source,
                                           std::vector<std::string> wanted) {
  return open_records(kind, memory_source(std::move(bytes)), std::move(source), std::move(wanted));
}

}  // namespace r2rank::data
