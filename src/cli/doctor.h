#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r2rank::cli {

/// What doctor thinks of one fact about this machine.
enum class Verdict { kOk, kInfo, kSlow, kMissing };

struct DoctorLine {
  std::string name;   ///< "memory available"
  std::string value;  ///< "21.3 GiB"
  Verdict verdict = Verdict::kInfo;
  std::string advice;  ///< for kSlow: what will be slow and why; for kMissing: what to do
};

/// Processor and instruction sets. `cpuinfo` is the text of /proc/cpuinfo, `cores` those this process may
/// use.
std::vector<DoctorLine> cpu_lines(std::string_view cpuinfo, double cores);
/// The cores this process may use: the affinity mask, cut by a container's quota.
double usable_cores();
/// Memory, from the text of /proc/meminfo and a container's limit in bytes (0: none).
std::vector<DoctorLine> memory_lines(std::string_view meminfo, int64_t container_limit);
int64_t container_memory_limit();
/// Room for files in the working folder and in TMPDIR.
std::vector<DoctorLine> disk_lines();
/// NVIDIA devices and what nvidia-smi says of them.
std::vector<DoctorLine> gpu_lines();
/// Versions of the libraries this program runs with.
std::vector<DoctorLine> library_lines();
/// Whether the demo's model and data lie in a .deps/wheels above the program or the working folder.
std::vector<DoctorLine> demo_lines();
/// What libtorch is and what it can do here.
std::vector<DoctorLine> torch_lines();

/// "1.5 GiB".
std::string format_bytes(double bytes);

}  // namespace r2rank::cli
