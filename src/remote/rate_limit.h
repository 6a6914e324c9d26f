#pragma once

#include <deque>
#include <utility>

namespace r2rank::remote {

/// At most so much of something within any sixty seconds: requests, or tokens. Times are seconds of any
/// clock that never goes back.
class RateLimit {
 public:
  /// `per_minute` <= 0: no limit.
  explicit RateLimit(double per_minute) : per_minute_(per_minute) {}

  /// Seconds from `now` until `amount` may be spent. What is above the limit by itself waits until nothing
  /// else was spent within a minute.
  double wait(double now, double amount) const;
  void spend(double now, double amount);

 private:
  double per_minute_;
  std::deque<std::pair<double, double>> spent_;  // time and amount, oldest first
};

}  // namespace r2rank::remote
