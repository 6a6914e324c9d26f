#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
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
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    line += fmt::format(" {} {:3.0f} %  {}/{} {}", bar(share), 100 * share, done_, total_, unit_);
  } else {
    line += fmt::format("  {} {}", done_, unit_);
  }
  line += speed >= 10 ? fmt::format("  {:.0f}/s", speed) : fmt::format("  {:.2f}/s", speed);
  if (last) {
    line += "  in " + format_duration(elapsed);
  } else if (total_ > done_ && speed > 0) {
    line += "  " + format_duration(static_cast<double>(total_ - done_) / speed) + " left";
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
  const auto whole = static_cast<int64_t>(seconds + 0.5);
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
