#include "data/python_reader.h"

#include <algorithm>
#include <stdexcept>

#include "data/jsonl_reader.h"
#include "data/python_literal.h"

namespace r2rank::data {

bool looks_like_python(std::string_view beginning) {
  constexpr std::string_view kSpace = " \t\r\n", kByteOrderMark = "\xEF\xBB\xBF";
  if (beginning.starts_with(kByteOrderMark)) beginning.remove_prefix(kByteOrderMark.size());
  const auto pass_space = [&] {
    beginning.remove_prefix(std::min(beginning.find_first_not_of(kSpace), beginning.size()));
  };
  pass_space();
  if (!beginning.starts_with('{')) return false;
  beginning.remove_prefix(1);
  pass_space();
  return beginning.starts_with('\'') || beginning.starts_with("u'") || beginning.starts_with("u\"");
}

PythonReader::PythonReader(std::unique_ptr<ByteSource> bytes, std::string source,
                           std::vector<std::string> wanted)
    : TextReader(std::move(bytes), source, wanted), cells_(std::move(source), std::move(wanted)) {}

bool PythonReader::next(Record& record) {
  while (!window_.at_end()) {
    const std::string_view line = next_line(++line_);
    if (is_blank(line)) continue;
    check_row_utf8(line, line_, source_);
    record.line = line_;
    try {
      cells_.fill(parse_python_literal(line), record);
    } catch (const std::invalid_argument& error) {
      fail_row(RowFault::kForm, "expected a Python dict in line {} of {}: {}", line_, source_, error.what());
    }
    return true;
  }
  return false;
}

}  // namespace r2rank::data
