#include "experiment/speed_import.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace r2rank::experiment {
namespace {

TEST(SpeedImport, CountsRowsAndLeavesNothingBehind) {
  const auto result = time_import(2, 1000);
  EXPECT_EQ(result.seconds.size(), 2U);
  EXPECT_EQ(result.units, 1000);
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::temp_directory_path() /
                                       fmt::format("r2rank-bench-{}", ::getpid())));
}

}  // namespace
}  // namespace r2rank::experiment
