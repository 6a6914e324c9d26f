#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>

namespace r2rank::base {
namespace {

constexpr auto kTerminalInterval = std::chrono::milliseconds(200);
constexpr auto kPlainInterval = std::chrono::seconds(10);
std::atomic<bool> g_enabled{true};
std::atomic<bool> g_line_open{false};

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string bar(double share) {
  constexpr int kWidth = 24;
  const int filled = static_cast<int>(share * kWidth);
  return std::string(filled, '#') + std::string(kWidth - filled, '.');
}

/// Units a second, or seconds a unit where that is the readable way round.
std::string speed_text(double speed) {
  if (speed >= 10) return fmt::format("{:.0f}/s", speed);
  if (speed >= 0.5 || speed <= 0) return fmt::format("{:.2f}/s", speed);
  return fmt::format("{:.1f} s each", 1 / speed);
}

}  // namespace

Progress::Progress(std::string label, int64_t total, std::string unit)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_),
      terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  finish();
}

void Progress::advance(int64_t count, const std::string& note) {
  done_ += count;
  if (!note.empty()) note_ = note;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ <
      (terminal_ ? std::chrono::nanoseconds(kTerminalInterval) : std::chrono::nanoseconds(kPlainInterval)))
    return;
  drawn_ = now;
  draw(false);
}

void Progress::start_at(int64_t done) {
  done_ = resumed_at_ = done;
}

void Progress::set_share(double share) {
  if (share_ < 0) first_share_ = share;
  share_ = std::clamp(share, 0.0, 1.0);
}

double Progress::share() const {
  if (share_ >= 0) return share_;
  return std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
}

double Progress::seconds_left(double elapsed, double speed) const {
  if (share_ < 0) return static_cast<double>(total_ - done_) / speed;
  return elapsed * (1 - share_) / (share_ - first_share_);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  draw(true);
}

void Progress::draw(bool last) {
  if (!g_enabled) return;
  const double elapsed = seconds_between(start_, std::chrono::steady_clock::now());
  const double speed = elapsed > 0 ? static_cast<double>(done_ - resumed_at_) / elapsed : 0;
  std::string line = label_;
  const bool bounded = total_ > 0 || share_ >= 0;
  if (bounded) line += fmt::format(" {} {:3.0f} %", bar(share()), 100 * share());
  line += total_ > 0 ? fmt::format("  {}/{} {}", done_, total_, unit_) : fmt::format("  {} {}", done_, unit_);
  line += "  " + speed_text(speed);
  if (last) {
    line += "  in " + format_duration(elapsed);
  } else if (const double left = bounded ? seconds_left(elapsed, speed) : -1;
             left > 0 && std::isfinite(left)) {
    line += "  " + format_duration(left) + " left";
  }
  if (!note_.empty()) line += "  " + note_;
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
    g_line_open = !last;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

std::string format_duration(double seconds) {
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

void clear_progress_line() {
  if (!g_line_open.exchange(false)) return;
  std::fputs("\r\033[K", stderr);
}

void set_progress_enabled(bool enabled) {
  g_enabled = enabled;
}

}  // namespace r2rank::base
