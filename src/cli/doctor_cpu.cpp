#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <thread>

#include "cli/doctor.h"
#include "cli/proc_text.h"

namespace r2rank::cli {
namespace {

DoctorLine instruction_line(std::string_view flags, const std::string& name, std::string_view word,
                            const std::string& advice) {
  if (has_word(flags, word)) return {name, "yes", Verdict::kOk, ""};
  return {name, "no", Verdict::kSlow, advice};
}

DoctorLine core_line(double cores) {
  DoctorLine line{"cores", fmt::format("{:g}", cores), Verdict::kOk, ""};
  if (cores < 2) {
    line.verdict = Verdict::kSlow;
    line.advice = "one core trains about half as fast as the two the documented times were measured on";
  }
  return line;
}

/// arm64 lists its flags under "Features" and has no AVX: there bf16 products are an extension of their own.
std::vector<DoctorLine> arm_lines(std::string_view features) {
  return {instruction_line(features, "bf16", "bf16",
                           "no bf16 products: --dtype auto chooses f32, which moves twice the bytes")};
}

DoctorLine bf16_line(std::string_view flags) {
  const bool tiles = has_word(flags, "amx_bf16"), vectors = has_word(flags, "avx512_bf16");
  if (tiles || vectors) return {"native bf16", tiles ? "amx_bf16" : "avx512_bf16", Verdict::kOk, ""};
  return {"native bf16", "no", Verdict::kSlow,
          "bf16 would be emulated: --dtype auto chooses f32, which moves twice the bytes"};
}

std::vector<DoctorLine> x86_lines(std::string_view flags) {
  return {instruction_line(flags, "avx2", "avx2",
                           "libtorch falls back to its plain kernels: several times slower"),
          instruction_line(flags, "avx512", "avx512f", "products run on 256-bit vectors"), bf16_line(flags),
          has_word(flags, "amx_tile")
              ? DoctorLine{"amx", "yes", Verdict::kOk, ""}
              : DoctorLine{"amx", "no", Verdict::kInfo, "fine: only recent server processors have it"}};
}

/// A container's share of the processors in cores, or 0 for no limit. cgroup v2: "quota period" or "max
/// period".
double container_cores() {
  std::istringstream text(read_if_there("/sys/fs/cgroup/cpu.max"));
  double quota = 0, period = 0;
  return text >> quota >> period && period > 0 ? quota / period : 0;
}

}  // namespace

double usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  double cores =
      sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : std::thread::hardware_concurrency();
  if (const double limit = container_cores(); limit > 0) cores = std::min(cores, limit);
  return std::max(cores, 0.01);
}

std::vector<DoctorLine> cpu_lines(std::string_view cpuinfo, double cores) {
  const std::string model = proc_value(cpuinfo, "model name");
  std::vector<DoctorLine> lines = {{"model", model.empty() ? "unknown" : model, Verdict::kInfo, ""},
                                   core_line(cores)};
  const std::string features = proc_value(cpuinfo, "Features");
  const auto more = features.empty() ? x86_lines(proc_value(cpuinfo, "flags")) : arm_lines(features);
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

}  // namespace r2rank::cli
