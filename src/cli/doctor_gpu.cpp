#include <fmt/format.h>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

#include "cli/doctor.h"

namespace r2rank::cli {
namespace {

/// /dev/nvidia0, /dev/nvidia1, ... (not nvidiactl, nvidia-uvm).
int64_t device_files() {
  std::error_code code;
  int64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", code)) {
    const std::string name = entry.path().filename().string();
    count += name.size() > 6 && name.starts_with("nvidia") &&
             std::isdigit(static_cast<unsigned char>(name[6])) != 0;
  }
  return count;
}

/// One line a GPU, "name, memory"; "" without nvidia-smi. A driver in trouble can hang it: hence the time
/// limit.
std::string ask_nvidia_smi() {
  constexpr const char* kCommand =
      "timeout 10 nvidia-smi --query-gpu=name,memory.total --format=csv,noheader 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(kCommand, "re"),
                                                             [](std::FILE* f) { return ::pclose(f); });
  std::string text;
  char buffer[512];
  while (pipe && std::fgets(buffer, sizeof buffer, pipe.get()) != nullptr) text += buffer;
  return text;
}

}  // namespace

std::vector<DoctorLine> gpu_lines() {
  const int64_t devices = device_files();
  std::istringstream listing(ask_nvidia_smi());
  std::vector<DoctorLine> lines;
  for (std::string gpu; std::getline(listing, gpu);)
    lines.push_back({fmt::format("GPU {}", lines.size()), gpu, Verdict::kOk, ""});
  if (!lines.empty()) return lines;
  if (devices > 0)
    return {{"devices", fmt::format("{} under /dev/nvidia*", devices), Verdict::kMissing,
             "nvidia-smi does not answer; install or repair the driver to use them"}};
  return {{"devices", "none", Verdict::kSlow,
           "everything runs on the processor: small models train in minutes to hours"}};
}

}  // namespace r2rank::cli
