#include "experiment/table_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace r2rank::experiment {
namespace {

constexpr const char* kNothing = "–";

}  // namespace

std::string decimal(double value) {
  if (std::isnan(value)) return kNothing;
  std::string text = fmt::format("{:.3f}", value);
  const size_t digits = text[0] == '-' ? 1 : 0;
  if (text.compare(digits, 2, "0.") == 0) text.erase(digits, 1);
  return text == "-.000" ? ".000" : text;
}

std::string signed_decimal(double value) {
  const std::string text = decimal(value);
  return std::isnan(value) || text[0] == '-' ? text : "+" + text;
}

std::string short_number(double value) {
  if (std::isnan(value)) return kNothing;
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return value >= 0.01 || value == 0 ? fmt::format("{:.2g}", value) : "<0.01";
}

std::string p_value(double value) {
  return value < 0.001 ? "p < .001" : "p = " + decimal(value);
}

std::string heading(const ResultTable& table, const std::string& separator) {
  const std::string per_user = table.slates == table.users
                                   ? "one slate each"
                                   : fmt::format("{} slates, averaged within users", table.slates);
  return fmt::format("protocol {}, {} users ({}){}intervals: {}", table.protocol, table.users, per_user,
                     separator, table.interval_method());
}

std::string bracketed(const metrics::Interval& interval, std::string (*number)(double)) {
  return fmt::format("[{}, {}]", number(interval.lo), number(interval.hi));
}

std::string escaped(const std::string& text, std::string_view special, char before) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += before;
    result += c;
  }
  return result;
}

bool is_best(const ResultTable& table, const TableRow& row, size_t column) {
  if (table.rows.size() < 2) return false;
  return std::all_of(table.rows.begin(), table.rows.end(), [&](const TableRow& other) {
    return other.metrics[column].mean <= row.metrics[column].mean;
  });
}

}  // namespace r2rank::experiment
