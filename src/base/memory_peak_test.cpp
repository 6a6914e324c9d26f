#include "base/memory_peak.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace r2rank::base {
namespace {

constexpr size_t kMuch = 256UL << 20;

void hold_much() {
  std::vector<char> bytes(kMuch);
  std::memset(bytes.data(), 1, bytes.size());
  volatile char sink = bytes[kMuch / 2];
  (void)sink;
}

TEST(MemoryPeak, RemembersWhatWasHeldAndForgetsItWhenReset) {
  const double before = memory_peak();
  if (before == 0) GTEST_SKIP() << "this system does not say how much memory a process holds";
  hold_much();
  const double after = memory_peak();
  EXPECT_GT(after, before + 0.9 * kMuch);
  reset_memory_peak();
  if (memory_peak() == after) GTEST_SKIP() << "this system does not allow the count to begin anew";
  EXPECT_LT(memory_peak(), after - 0.5 * kMuch);
}

}  // namespace
}  // namespace r2rank::base
