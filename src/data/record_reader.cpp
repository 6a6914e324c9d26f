#include "data/record_reader.h"

#include <arrow/util/utf8.h>

#include <algorithm>

#include "base/error.h"
#include "data/csv_reader.h"
#include "data/jsonl_reader.h"
#include "data/recbole_reader.h"

namespace r2rank::data {

void check_utf8(std::string_view bytes, const std::string& source) {
  arrow::util::InitializeUTF8();
  if (arrow::util::ValidateUTF8(bytes)) return;
  int64_t line = 1;
  for (size_t begin = 0; begin < bytes.size(); ++line) {
    const size_t end = std::min(bytes.find('\n', begin), bytes.size());
    if (!arrow::util::ValidateUTF8(bytes.substr(begin, end - begin))) break;
    begin = end + 1;
  }
  base::fail_data("import",
                  "expected UTF-8 text in {}, found other bytes in line {}; convert it (for Latin-1: iconv "
                  "-f latin1 -t utf8)",
                  source, line);
}

std::unique_ptr<RecordReader> open_records(FileKind kind, std::string bytes, std::string source,
                                           std::vector<std::string> wanted) {
  check_utf8(bytes, source);
  switch (kind) {
    case FileKind::kJsonl:
      return std::make_unique<JsonlReader>(std::move(bytes), std::move(source), std::move(wanted));
    case FileKind::kAtomic:
      return open_atomic(std::move(bytes), std::move(source), std::move(wanted));
    case FileKind::kCsv:
      break;
  }
  const CsvDialect dialect{.separator = guess_separator(bytes)};
  return std::make_unique<CsvReader>(std::move(bytes), std::move(source), std::move(wanted), dialect);
}

}  // namespace r2rank::data
