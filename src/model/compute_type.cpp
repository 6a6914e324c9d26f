#include "model/compute_type.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include "base/log.h"

namespace r2rank::model {

bool cpu_multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#elif defined(__aarch64__)
  constexpr unsigned long kBf16 = 1UL << 14;  // HWCAP2_BF16 of the kernel's interface
  return (getauxval(AT_HWCAP2) & kBf16) != 0;
#else
  return false;
#endif
}

at::ScalarType resolve_dtype(const std::string& dtype, const std::string& device) {
  if (dtype == "f32") return at::kFloat;
  if (dtype == "bf16") return at::kBFloat16;
  if (device != "cpu") return at::kBFloat16;  // every GPU that libtorch still supports is faster in it
  if (cpu_multiplies_bf16()) return at::kBFloat16;
  base::log_info("dtype auto: this CPU has no bf16 products, computing in f32");
  return at::kFloat;
}

}  // namespace r2rank::model
