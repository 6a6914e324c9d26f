#include "data/csv_reader.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::data {

char guess_separator(std::string_view bytes) {
  const std::string_view first = bytes.substr(0, bytes.find('\n'));
  char best = ',';
  for (const char candidate : {'\t', ';', '|'})
    if (std::count(first.begin(), first.end(), candidate) > std::count(first.begin(), first.end(), best))
      best = candidate;
  return best;
}

CsvReader::CsvReader(std::unique_ptr<ByteSource> bytes, std::string source, std::vector<std::string> wanted,
                     CsvDialect dialect)
    : TextReader(std::move(bytes), std::move(source), std::move(wanted)), dialect_(std::move(dialect)) {
  if (dialect_.separator.empty()) guess_separator();
  header_ = dialect_.columns;
  if (header_.empty()) read_header();
  locate_wanted();
}

void CsvReader::guess_separator() {
  skip_blank_lines();
  while (window_.rest().find('\n') == std::string_view::npos && !window_.complete()) more(line_);
  dialect_.separator = data::guess_separator(window_.rest());
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
    throw RowError(RowFault::kForm,
                   fmt::format("expected {} fields in line {} of {} as {} ({}), found {}{}; correct the line",
                               header_.size(), record_line_, source_,
                               dialect_.columns.empty() ? "in its header" : "in every line of such a file",
                               fmt::join(header_, ", "), fields_.size(), quoted_lines()),
                   quoted_breaks_);
  record.line = record_line_;
  record.cells.assign(places_.size(), std::nullopt);
  for (size_t i = 0; i < places_.size(); ++i)
    if (places_[i] >= 0) record.cells[i] = fields_[static_cast<size_t>(places_[i])];
  return true;
}

bool CsvReader::next_fields() {
  skip_blank_lines();
  if (window_.at_end()) return false;
  record_line_ = line_;
  while (!parse_fields()) {
    line_ = record_line_;
    more(line_);
  }
  const std::string_view row = text_.substr(0, at_);
  window_.pass(at_);
  check_row_utf8(row, record_line_, source_);
  if (!fault_.empty()) throw RowError(RowFault::kForm, fault_ + quoted_lines(), quoted_breaks_);
  return true;
}

/// Says where a bad record ends that a quote made longer than a line: mostly a stray one did.
std::string CsvReader::quoted_lines() const {
  return quoted_breaks_ == 0 ? ""
                             : fmt::format(" (a quote takes in the lines up to {}; is it a stray one?)",
                                           record_line_ + quoted_breaks_);
}

/// Parses the record at the beginning of the window; false when it needs more of the text.
bool CsvReader::parse_fields() {
  text_ = window_.rest();
  at_ = 0;
  cut_ = false;
  quoted_breaks_ = 0;
  fault_.clear();
  fields_.clear();
  unescaped_.clear();
  while (!cut_) {
    fields_.push_back(next_field());
    if (at_ >= text_.size() || !separator_at(at_)) break;
    at_ += dialect_.separator.size();
  }
  // The characters that end a record, or a field, may lie beyond the window.
  if (!window_.complete() && (cut_ || at_ + 2 > text_.size())) return false;
  if (const size_t end = line_end_at(at_); end > 0) {
    at_ += end;
    ++line_;
  }
  return true;
}

void CsvReader::skip_blank_lines() {
  while (!window_.at_end()) {
    text_ = window_.rest();
    const size_t end = line_end_at(0);
    if (end == 0 && text_ == "\r" && !window_.complete()) {
      window_.more();
      continue;
    }
    if (end == 0) return;
    window_.pass(end);
    ++line_;
  }
}

/// Bytes of the line break at a place: 0 where there is none.
size_t CsvReader::line_end_at(size_t at) const {
  if (at >= text_.size()) return 0;
  if (text_[at] == '\n') return 1;
  return text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n' ? 2 : 0;
}

bool CsvReader::separator_at(size_t at) const {
  return text_[at] == dialect_.separator[0] && text_.substr(at).starts_with(dialect_.separator);
}

std::string_view CsvReader::next_field() {
  const bool quoted = dialect_.quotes && at_ < text_.size() && text_[at_] == '"';
  return quoted ? quoted_field() : plain_field();
}

std::string_view CsvReader::plain_field() {
  const size_t begin = at_;
  const char first = dialect_.separator[0];
  while (at_ < text_.size() && text_[at_] != '\n' && (text_[at_] != first || !separator_at(at_))) ++at_;
  cut_ = at_ >= text_.size();
  if (!cut_ && text_[at_] == '\n' && at_ > begin && text_[at_ - 1] == '\r') --at_;
  return text_.substr(begin, at_ - begin);
}

std::string_view CsvReader::quoted_field() {
  const int64_t opened = line_;
  const size_t begin = ++at_;
  bool doubled = false;
  while (true) {
    const size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos && window_.complete())
      base::fail_data(
          "import",
          "expected a closing quote for the field that opens in line {} of {}, found the end of the file; close "
          "it, or remove a stray quote there",
          opened, source_);
    cut_ = quote == std::string_view::npos || quote + 1 >= text_.size();
    at_ = cut_ ? text_.size() : quote + 1;
    if (cut_ && !window_.complete()) return {};
    if (at_ >= text_.size() || text_[at_] != '"') break;
    doubled = true;
    ++at_;
  }
  const std::string_view raw = text_.substr(begin, at_ - 1 - begin);
  const int64_t breaks = std::count(raw.begin(), raw.end(), '\n');
  line_ += breaks;
  quoted_breaks_ += breaks;
  check_after_quote();
  if (!doubled) return raw;
  std::string& text = unescaped_.emplace_back();
  for (size_t i = 0; i < raw.size(); i += raw[i] == '"' ? 2 : 1) text += raw[i];
  return text;
}

/// What follows a closing quote that nothing may follow is noted, and taken with the row.
void CsvReader::check_after_quote() {
  if (at_ >= text_.size() || separator_at(at_) || line_end_at(at_) > 0) return;
  if (text_[at_] == '\r' && at_ + 1 == text_.size() && !window_.complete()) return;
  if (fault_.empty())
    fault_ = fmt::format(
        "expected a separator after the closing quote in line {} of {}, found '{}'; a quote inside a quoted "
        "field is written twice",
        line_, source_, text_[at_]);
  plain_field();
}

}  // namespace r2rank::data
