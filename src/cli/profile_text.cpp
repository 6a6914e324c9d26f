#include "cli/profile_text.h"

#include <fmt/format.h>

#include "cli/table.h"

namespace r2rank::cli {
namespace {

constexpr double kSmallestShare = 0.005;

std::string rate(const model::Profile::Row& row) {
  return row.flop > 0 ? fmt::format("{:.0f}", row.flop / row.self_seconds / 1e9) : "";
}

}  // namespace

std::string profile_text(model::Profile& profile) {
  using enum Table::Align;
  const auto rows = profile.stop();
  Table table({kRight, kRight, kRight, kRight, kLeft});
  table.row({"self s", "share", "calls", "GFLOP/s", "operation"});
  double shown = 0, all = 0;
  for (const auto& row : rows) {
    all += row.self_seconds;
    if (row.self_seconds < kSmallestShare * profile.seconds()) continue;
    shown += row.self_seconds;
    table.row({fmt::format("{:.2f}", row.self_seconds),
               fmt::format("{:.1f} %", 100 * row.self_seconds / profile.seconds()), grouped(row.calls),
               rate(row), row.name});
  }
  const auto rest = [&](double seconds, const char* name) {
    table.row({fmt::format("{:.2f}", seconds), fmt::format("{:.1f} %", 100 * seconds / profile.seconds()), "",
               "", name});
  };
  rest(all - shown, "(smaller operations)");
  rest(profile.seconds() - all, "(outside tensor operations)");
  return fmt::format("time by operation, {:.1f} s in all\n{}", profile.seconds(), table.text());
}

}  // namespace r2rank::cli
