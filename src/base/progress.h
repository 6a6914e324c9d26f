#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace r2rank::base {

/// A progress bar on standard error: share done, speed and time left. On something that is not a terminal it
/// prints a plain line at most every ten seconds. Not thread-safe; one at a time.
class Progress {
 public:
  /// `total` units of work (0: unknown), named in the plural by `unit` ("slates").
  Progress(std::string label, int64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Adds `count` finished units; `note` (a metric, say) is shown at the end of the line.
  void advance(int64_t count = 1, const std::string& note = "");
  /// Sets the finished units, for a resumed run: speed counts only what was done since.
  void start_at(int64_t done);
  /// For work that time or another measure ends: the share done, which time left then follows from. Call
  /// before advance(); the first value is where this bar began.
  void set_share(double share);
  /// Draws the last state and ends the line. Called by the destructor.
  void finish();

 private:
  void draw(bool last);
  double share() const;
  double seconds_left(double elapsed, double speed) const;

  std::string label_, unit_, note_;
  int64_t total_, done_ = 0, resumed_at_ = 0;
  double share_ = -1, first_share_ = 0;  // share_ < 0: the units count
  std::chrono::steady_clock::time_point start_, drawn_;
  bool terminal_, finished_ = false;
};

/// "1 h 02 min", "3 min 20 s", "12.3 s".
std::string format_duration(double seconds);
/// Removes a half-drawn bar before other text is written to the terminal; draws nothing.
void clear_progress_line();
/// Turns bars off (--quiet, tests).
void set_progress_enabled(bool enabled);

}  // namespace r2rank::base
