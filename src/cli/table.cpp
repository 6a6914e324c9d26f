#include "cli/table.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace r2rank::cli {
namespace {

constexpr size_t kGap = 2;

bool continues(char byte) {
  return (byte & 0xC0) == 0x80;
}

std::string padded(const std::string& cell, size_t width, Table::Align align) {
  const std::string space(width - text_width(cell), ' ');
  return align == Table::Align::kLeft ? cell + space : space + cell;
}

}  // namespace

Table::Table(std::vector<Align> columns) : columns_(std::move(columns)) {}

void Table::row(std::vector<std::string> cells) {
  R2RANK_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_)
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], text_width(row[c]));
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c)
      line += std::string(kGap, ' ') + padded(row[c], widths[c], columns_[c]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

size_t text_width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

std::string shortened(const std::string& text, size_t width) {
  if (text_width(text) <= width) return text;
  size_t end = 0;
  for (size_t begun = 0; end < text.size(); ++end)
    if (!continues(text[end]) && ++begun == width) break;
  return text.substr(0, end) + "…";
}

std::string grouped(int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::vector<std::string> wrapped(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    if (lines.empty() || text_width(lines.back()) + 1 + text_width(word) > width)
      lines.push_back(word);
    else
      lines.back() += ' ' + word;
  }
  return lines;
}

}  // namespace r2rank::cli
