#include "cli/ending.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <stdexcept>

#include "base/error.h"

namespace r2rank::cli {
namespace {

TEST(Ending, IsTheErrorsOwn) {
  const base::Error error(base::ErrorKind::kData, "import", "line 3 is broken");
  EXPECT_EQ(ending_of(error).status, error.exit_code());
  EXPECT_NE(ending_of(error).text.find("line 3 is broken"), std::string::npos);
}

TEST(Ending, OfMissingMemoryIsAMatterOfResources) {
  EXPECT_EQ(ending_of(std::bad_alloc()).status, static_cast<int>(base::ErrorKind::kResource));
  EXPECT_EQ(ending_of(std::runtime_error("DefaultCPUAllocator: can't allocate memory: ...\nframe 1")).status,
            static_cast<int>(base::ErrorKind::kResource));
}

TEST(Ending, OfWhatNobodyForesawSaysSoInOneLine) {
  const Ending ending = ending_of(std::runtime_error("shapes differ\nframe 1"));
  EXPECT_EQ(ending.status, 1);
  EXPECT_EQ(ending.text, "unexpected error: shapes differ");
  EXPECT_EQ(ending_of(std::filesystem::filesystem_error("gone", std::error_code())).status,
            static_cast<int>(base::ErrorKind::kIo));
}

}  // namespace
}  // namespace r2rank::cli
