#include "report/json_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "base/json.h"

namespace r2rank::report {

Json parse_object(std::string_view text, const std::string& what) {
  const auto checked = base::parse_json(text, "report", what);
  if (!checked.is_object())
    base::fail_data("report", "expected a JSON object in {}, found a JSON {}", what, checked.type_name());
  return Json::parse(text);  // once more: this keeps the order of the keys
}

Json read_json(const base::Path& path) {
  return parse_object(base::read_file(path), path.string());
}

Json rounded(double value, int digits) {
  if (!std::isfinite(value)) return nullptr;
  const double shown = std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
  const bool whole = std::abs(shown) < 1e15 && shown == std::floor(shown);
  return whole ? Json(static_cast<int64_t>(shown)) : Json(shown);
}

Json rounded(const std::vector<double>& values, int digits) {
  Json list = Json::array();
  for (const double value : values) list.push_back(rounded(value, digits));
  return list;
}

}  // namespace r2rank::report
