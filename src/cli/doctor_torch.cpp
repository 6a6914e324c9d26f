#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include <sstream>

#include "cli/doctor.h"

namespace r2rank::cli {
namespace {

/// "Intel(R) MKL-DNN v3.13.0 (Git Hash ...)" without the hash.
std::string without_hash(const std::string& version) {
  return version.substr(0, version.find(" (Git"));
}

}  // namespace

std::vector<DoctorLine> torch_lines() {
  return {{"libtorch", TORCH_VERSION, Verdict::kInfo, ""},
          {"matrix products", without_hash(at::get_mkldnn_version()), Verdict::kInfo, ""},
          {"kernels", at::get_cpu_capability(), Verdict::kInfo, ""},
          {"threads", std::to_string(at::get_num_threads()), Verdict::kInfo, ""}};
}

}  // namespace r2rank::cli
