#include "data/csv_reader.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::data {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

char guess_separator(std::string_view bytes) {
  const std::string_view first = bytes.substr(0, bytes.find('\n'));
  char best = ',';
  for (const char candidate : {'\t', ';', '|'})
    if (std::count(first.begin(), first.end(), candidate) > std::count(first.begin(), first.end(), best))
      best = candidate;
  return best;
}

CsvReader::CsvReader(std::string bytes, std::string source, std::vector<std::string> wanted,
                     CsvDialect dialect)
    : RecordReader(std::move(bytes), std::move(source), std::move(wanted)), dialect_(dialect) {
  if (bytes_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  read_header();
  locate_wanted();
}

void CsvReader::read_header() {
  if (!next_fields()) base::fail_data("import", "expected a header line in {}, found an empty file", source_);
  for (const std::string_view field : fields_) {
    const size_t colon = dialect_.typed_header ? field.rfind(':') : field.size();
    if (colon == std::string_view::npos)
      base::fail_data("import",
                      "expected typed column names such as user_id:token in line 1 of {}, found '{}'",
                      source_, field);
    header_.emplace_back(field.substr(0, colon));
  }
}

void CsvReader::locate_wanted() {
  for (const std::string& name : wanted_) {
    const auto place = std::find(header_.begin(), header_.end(), name);
    const bool present = !name.empty() && place != header_.end();
    if (present && std::find(place + 1, header_.end(), name) != header_.end())
      base::fail_data("import", "expected one column '{}' in {}, found two; rename one of them", name,
                      source_);
    places_.push_back(present ? place - header_.begin() : -1);
  }
}

bool CsvReader::next(Record& record) {
  if (!next_fields()) return false;
  if (fields_.size() != header_.size())
    base::fail_data("import", "expected {} fields in line {} of {} as in its header ({}), found {}",
                    header_.size(), record_line_, source_, fmt::join(header_, ", "), fields_.size());
  record.line = record_line_;
  record.cells.assign(places_.size(), std::nullopt);
  for (size_t i = 0; i < places_.size(); ++i)
    if (places_[i] >= 0) record.cells[i] = fields_[static_cast<size_t>(places_[i])];
  return true;
}

bool CsvReader::next_fields() {
  skip_blank_lines();
  if (at_ >= bytes_.size()) return false;
  record_line_ = line_;
  fields_.clear();
  unescaped_.clear();
  while (true) {
    fields_.push_back(next_field());
    if (at_ >= bytes_.size() || at_line_end()) break;
    ++at_;  // the separator
  }
  pass_line_end();
  return true;
}

void CsvReader::skip_blank_lines() {
  while (at_ < bytes_.size() && at_line_end()) pass_line_end();
}

bool CsvReader::at_line_end() const {
  return bytes_[at_] == '\n' || (bytes_[at_] == '\r' && at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '\n');
}

void CsvReader::pass_line_end() {
  if (at_ >= bytes_.size()) return;
  at_ += bytes_[at_] == '\r' ? 2 : 1;
  ++line_;
}

std::string_view CsvReader::next_field() {
  const bool quoted = dialect_.quotes && at_ < bytes_.size() && bytes_[at_] == '"';
  return quoted ? quoted_field() : plain_field();
}

std::string_view CsvReader::plain_field() {
  const size_t begin = at_;
  while (at_ < bytes_.size() && bytes_[at_] != dialect_.separator && bytes_[at_] != '\n') ++at_;
  if (at_ < bytes_.size() && bytes_[at_] == '\n' && at_ > begin && bytes_[at_ - 1] == '\r') --at_;
  return std::string_view(bytes_).substr(begin, at_ - begin);
}

std::string_view CsvReader::quoted_field() {
  const int64_t opened = line_;
  const size_t begin = ++at_;
  bool doubled = false;
  while (true) {
    const size_t quote = bytes_.find('"', at_);
    if (quote == std::string::npos)
      base::fail_data(
          "import",
          "expected a closing quote for the field that opens in line {} of {}, found the end of the file",
          opened, source_);
    at_ = quote + 1;
    if (at_ >= bytes_.size() || bytes_[at_] != '"') break;
    doubled = true;
    ++at_;
  }
  const std::string_view raw = std::string_view(bytes_).substr(begin, at_ - 1 - begin);
  line_ += std::count(raw.begin(), raw.end(), '\n');
  if (at_ < bytes_.size() && bytes_[at_] != dialect_.separator && !at_line_end())
    base::fail_data("import",
                    "expected a separator after the closing quote in line {} of {}, found '{}'; a quote "
                    "inside a quoted field is written twice",
                    line_, source_, bytes_[at_]);
  if (!doubled) return raw;
  std::string& text = unescaped_.emplace_back();
  for (size_t i = 0; i < raw.size(); i += raw[i] == '"' ? 2 : 1) text += raw[i];
  return text;
}

}  // namespace r2rank::data
