#pragma once

#include <string_view>

namespace r2rank::data {

/// What a price cell holds. Prices are counted and not kept: no prompt and no baseline reads them.
enum class PriceKind { kNone, kNumber, kRange, kOther };

/// A price as shops write it: "12.99", "$12.99", "$1,299.00"; a range "$9.99 - $25.00"; none for an empty
/// cell, "None", "null", "nan" and a dash; anything else is kOther (Amazon's catalogue of 2018 has page code
/// there, other shops a JSON object).
PriceKind price_kind(std::string_view text);

}  // namespace r2rank::data
