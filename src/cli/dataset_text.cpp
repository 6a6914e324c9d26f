#include "cli/dataset_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace r2rank::cli {
namespace {

/// Beyond these years (about 0 to 9999) std::chrono's dates would overflow; timestamps may hold anything.
constexpr int64_t kEarliest = -62'000'000'000, kLatest = 253'000'000'000;

}  // namespace

std::string_view time_kind_name(data::TimeKind kind) {
  return kind == data::TimeKind::kReal ? "real" : "order";
}

std::string date_text(int64_t seconds) {
  using namespace std::chrono;
  if (seconds < kEarliest || seconds > kLatest) return std::to_string(seconds);
  const year_month_day date(floor<days>(sys_seconds(std::chrono::seconds(seconds))));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string time_span(const data::Dataset& dataset) {
  if (dataset.time_kind != data::TimeKind::kReal || dataset.interactions.empty()) return "";
  const auto [first, last] =
      std::minmax_element(dataset.interactions.begin(), dataset.interactions.end(),
                          [](const auto& a, const auto& b) { return a.time < b.time; });
  return date_text(first->time) + " to " + date_text(last->time);
}

}  // namespace r2rank::cli
