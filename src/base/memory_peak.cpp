#include "base/memory_peak.h"

#include <cstdlib>
#include <fstream>
#include <string>

namespace r2rank::base {

double memory_peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return 1024 * std::strtod(line.c_str() + 6, nullptr);
  return 0;
}

void reset_memory_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace r2rank::base
