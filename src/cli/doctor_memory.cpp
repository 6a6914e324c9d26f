#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "cli/doctor.h"
#include "cli/proc_text.h"

namespace r2rank::cli {
namespace {

constexpr double kGibi = 1 << 30;
/// What a training step of the demo's model (135M parameters, f32 master weights, AdamW) is allowed to take
/// at its peak.
constexpr double kTrainingMemory = 8 * kGibi;
/// Three checkpoints of that model: weights and two moments in f32, 1.6 GB each.
constexpr double kRunDisk = 5 * kGibi;

double kibibytes(std::string_view meminfo, std::string_view key) {
  const std::string value = proc_value(meminfo, key);
  int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return 1024.0 * static_cast<double>(number);
}

DoctorLine available_line(double available) {
  DoctorLine line{"available", format_bytes(available), Verdict::kOk, ""};
  if (available < kTrainingMemory) {
    line.verdict = Verdict::kSlow;
    line.advice = fmt::format(
        "training the demo's model may need up to {}: use fewer candidates or rationales a step, or LoRA",
        format_bytes(kTrainingMemory));
  }
  return line;
}

DoctorLine disk_line(const std::string& name, const std::filesystem::path& folder) {
  std::error_code code;
  const auto space = std::filesystem::space(folder, code);
  if (code)
    return {name, folder.string(), Verdict::kMissing,
            fmt::format("{}; choose a folder that exists", code.message())};
  const auto free = static_cast<double>(space.available);
  DoctorLine line{name, fmt::format("{} free in {}", format_bytes(free), folder.string()), Verdict::kOk, ""};
  if (free < kRunDisk) {
    line.verdict = Verdict::kSlow;
    line.advice = "little room: a checkpoint of the demo's model takes about 1.6 GB";
  }
  return line;
}

}  // namespace

std::vector<DoctorLine> memory_lines(std::string_view meminfo, int64_t container_limit) {
  double total = kibibytes(meminfo, "MemTotal"), available = kibibytes(meminfo, "MemAvailable");
  std::vector<DoctorLine> lines = {{"total", format_bytes(total), Verdict::kInfo, ""}};
  if (const auto limit = static_cast<double>(container_limit); limit > 0 && limit < total) {
    lines.push_back({"container limit", format_bytes(limit), Verdict::kInfo, ""});
    available = std::min(available, limit);
  }
  lines.push_back(available_line(available));
  return lines;
}

int64_t container_memory_limit() {
  const std::string text = read_if_there("/sys/fs/cgroup/memory.max");
  int64_t limit = 0;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return limit;
}

std::vector<DoctorLine> disk_lines() {
  const char* temporary = std::getenv("TMPDIR");
  std::error_code code;
  return {disk_line("working folder", std::filesystem::current_path(code)),
          disk_line("temporary files", temporary != nullptr && *temporary != '\0' ? temporary : "/tmp")};
}

}  // namespace r2rank::cli
