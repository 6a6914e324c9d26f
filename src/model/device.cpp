#include "model/device.h"

#include <ATen/ATen.h>
#include <dlfcn.h>

#include "base/error.h"

namespace r2rank::model {
namespace {

/// Loading it registers its kernels with libtorch. The program's rpath, then LD_LIBRARY_PATH and the system's
/// folders are searched. Returns what went wrong, "" if nothing.
std::string load_cuda_library() {
  if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr) return "";
  const char* reason = ::dlerror();
  return reason == nullptr ? "unknown reason" : reason;
}

at::Device open_cuda() {
  static const std::string problem = load_cuda_library();
  if (!problem.empty())
    base::fail(
        base::ErrorKind::kResource, "model",
        "--device cuda needs libtorch_cuda.so and NVIDIA's libraries, which could not be loaded ({}); on a "
        "machine with an NVIDIA GPU './run build' fetches them; else use --device cpu",
        problem);
  if (!at::hasCUDA() || at::detail::getCUDAHooks().deviceCount() == 0)
    base::fail(
        base::ErrorKind::kResource, "model",
        "--device cuda needs an NVIDIA GPU with a working driver, and found none (nvidia-smi shows what the "
        "driver sees); use --device cpu");
  return {at::kCUDA, 0};
}

}  // namespace

at::Device open_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  R2RANK_CHECK(name == "cuda");
  return open_cuda();
}

void synchronize(at::Device device) {
  if (!device.is_cpu()) at::detail::getCUDAHooks().deviceSynchronize(device.index());
}

}  // namespace r2rank::model
