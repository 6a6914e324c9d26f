#include "remote/rate_limit.h"

namespace r2rank::remote {
namespace {

constexpr double kWindow = 60;  // seconds

}  // namespace

double RateLimit::wait(double now, double amount) const {
  if (per_minute_ <= 0) return 0;
  double total = amount;
  for (const auto& [time, spent] : spent_)
    if (time + kWindow > now) total += spent;
  double free_at = now;
  for (const auto& [time, spent] : spent_) {
    if (total <= per_minute_) break;
    if (time + kWindow <= now) continue;
    total -= spent;
    free_at = time + kWindow;
  }
  return free_at - now;
}

void RateLimit::spend(double now, double amount) {
  if (per_minute_ <= 0) return;
  while (!spent_.empty() && spent_.front().first + kWindow <= now) spent_.pop_front();
  spent_.emplace_back(now, amount);
}

}  // namespace r2rank::remote
