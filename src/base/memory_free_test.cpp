#include "base/memory_free.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::base {
namespace {

constexpr const char* kSystem = "MemTotal:  3000 kB\nMemFree: 1 kB\nMemAvailable:   2000 kB\n";

TEST(FreeMemory, IsWhatTheSystemCallsAvailable) {
  EXPECT_EQ(free_memory(kSystem, "", "", ""), 2000 * 1024.0);
  EXPECT_EQ(free_memory(kSystem, "max\n", "5\n", ""), 2000 * 1024.0);
}

TEST(FreeMemory, IsWhatAContainersLimitLeavesWhereThatIsLess) {
  EXPECT_EQ(free_memory(kSystem, "1000000\n", "400000\n", ""), 600'000);
  EXPECT_EQ(free_memory(kSystem, "1000000\n", "400000\n", "anon 3\ninactive_file 100000\nx 1\n"), 700'000);
  EXPECT_EQ(free_memory(kSystem, "1000\n", "4000\n", ""), 0);
  EXPECT_EQ(free_memory(kSystem, "9000000000\n", "0\n", ""), 2000 * 1024.0);
}

TEST(FreeMemory, IsUnboundedWhereTheSystemDoesNotSay) {
  EXPECT_TRUE(std::isinf(free_memory("", "", "", "")));
  EXPECT_TRUE(std::isinf(free_memory("MemAvailable: much kB\n", "\n", "x", "")));
}

TEST(FreeMemory, OfThisMachineIsAboveNothing) {
  EXPECT_GT(free_memory(), 0);
}

}  // namespace
}  // namespace r2rank::base
