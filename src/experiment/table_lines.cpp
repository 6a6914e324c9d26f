#include "experiment/table_lines.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "experiment/table_cells.h"

namespace r2rank::experiment {
namespace {

size_t width_of(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<size_t> column_widths(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  return widths;
}

std::string repeated(const char* text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string joined(const Line& line, const std::vector<size_t>& widths) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string padding(widths[i] - width_of(line[i]), ' ');
    text += i == 0 ? line[i] + padding : "  " + padding + line[i];
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return fmt::format("\"{}\"", escaped(text, "\"", '"'));
}

}  // namespace

std::string aligned(const std::vector<Line>& lines) {
  const auto widths = column_widths(lines);
  size_t total = 2 * (widths.size() - 1);
  for (const size_t width : widths) total += width;
  std::string text;
  for (const Line& line : lines) text += line.empty() ? repeated("─", total) + "\n" : joined(line, widths);
  return text;
}

std::string shortened(const std::string& text, size_t width) {
  if (width_of(text) <= width) return text;
  size_t end = 0;
  for (size_t characters = 0; characters < width; ++end)
    characters += (text[end] & 0xC0) != 0x80;  // stops behind the first byte of the last character
  return text.substr(0, end - 1) + "…";
}

std::string markdown_line(const Line& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string markdown_head(const Line& cells) {
  Line rule(cells.size(), "---:");
  rule[0] = ":---";
  return markdown_line(cells) + markdown_line(rule);
}

std::string markdown_text(const std::string& text) {
  std::string result;
  for (const char c : escaped(text, "|\\*_`", '\\')) {
    if (c == '\n')
      result += R"(\\n)";
    else
      result += c;
  }
  return result;
}

std::string latex_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\textbackslash{}";
    else if (c == '\n')
      result += "\\textbackslash{}n";
    else if (c == '~')
      result += "\\textasciitilde{}";
    else if (c == '^')
      result += "\\textasciicircum{}";
    else if (c == '<' || c == '>' || c == '|')
      result += fmt::format("${}$", c);
    else
      result += escaped(std::string(1, c), "_%&#${}", '\\');
  }
  return result;
}

std::string latex_number(double value) {
  return std::isnan(value) ? "--" : decimal(value);
}

std::string csv_line(const Line& cells) {
  Line fields;
  for (const auto& cell : cells) fields.push_back(csv_field(cell));
  return fmt::format("{}\n", fmt::join(fields, ","));
}

std::string csv_number(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

}  // namespace r2rank::experiment
