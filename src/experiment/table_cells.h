#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiment/result_table.h"

namespace r2rank::experiment {

/// The pieces that every rendering for people shares.

std::string decimal(double value);         ///< ".541", "1.000", "-.012"; a dash for NaN
std::string signed_decimal(double value);  ///< "+.041", "-.012"
std::string short_number(double value);    ///< digits that matter: "0.041", "12.3", "1843"
std::string p_value(double value);         ///< "p = .043", "p < .001"
/// "protocol loo-uni19-seed7, 500 users (one slate each)", separator, "intervals: 95 % percentile bootstrap
/// over users, ..."
std::string heading(const ResultTable& table, const std::string& separator);
/// "[.517, .565]" with the numbers written by `number`.
std::string bracketed(const metrics::Interval& interval, std::string (*number)(double));
/// The text with `before` in front of every character of `special`.
std::string escaped(const std::string& text, std::string_view special, char before);
/// Whether the row has the highest mean of the column (false for a table of one row).
bool is_best(const ResultTable& table, const TableRow& row, size_t column);

}  // namespace r2rank::experiment
