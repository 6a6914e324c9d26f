#include "model/compute_type.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace r2rank::model {
namespace {

TEST(ComputeType, IsWhatWasAskedFor) {
  for (const char* device : {"cpu", "cuda"}) {
    EXPECT_EQ(resolve_dtype("f32", device), at::kFloat);
    EXPECT_EQ(resolve_dtype("bf16", device), at::kBFloat16);
  }
}

TEST(ComputeType, ByItselfFollowsTheProcessorAndNotTheClock) {
  const at::ScalarType expected = cpu_multiplies_bf16() ? at::kBFloat16 : at::kFloat;
  for (int again = 0; again < 20; ++again) EXPECT_EQ(resolve_dtype("auto", "cpu"), expected);
  EXPECT_EQ(resolve_dtype("auto", "cuda"), at::kBFloat16);
}

/// What the kernel lists, an independent reading of the same registers.
TEST(ComputeType, KnowsWhatTheProcessorCan) {
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.find("flags") == std::string::npos) GTEST_SKIP() << "no x86 flags in /proc/cpuinfo";
  EXPECT_EQ(cpu_multiplies_bf16(), text.find(" avx512_bf16") != std::string::npos);
}

}  // namespace
}  // namespace r2rank::model
