#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/dataset.h"

namespace r2rank::cli {

/// "real" or "order", as import's --time writes it.
std::string_view time_kind_name(data::TimeKind kind);
/// "1997-09-20" (UTC) of Unix seconds; the number itself far beyond the calendar.
std::string date_text(int64_t seconds);
/// "1997-09-20 to 1998-04-22" (UTC), or "" where time is only an order or there are no events.
std::string time_span(const data::Dataset& dataset);

}  // namespace r2rank::cli
