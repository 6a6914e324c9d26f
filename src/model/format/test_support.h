#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "model/format/host_tensor.h"

namespace r2rank::model {

inline base::Path golden_path(const std::string& name) {
  return base::Path(R2RANK_SOURCE_DIR) / "tests/golden/format" / name;
}

inline std::span<const std::byte> as_span(const std::string& bytes) {
  return std::as_bytes(std::span(bytes));
}

/// Runs `action`, expects a base::Error of `kind` and returns its text ("" when none came).
template <class Action>
std::string error_of(base::ErrorKind kind, Action action) {
  try {
    action();
  } catch (const base::Error& error) {
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(kind)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "expected an error";
  return "";
}
template <class Action>
std::string data_error(Action action) {
  return error_of(base::ErrorKind::kData, action);
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

/// A folder of its own for each test, removed afterwards.
class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              fmt::format("r2rank_{}_{}_{}", info->test_suite_name(), info->name(), ::getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }
  base::Path path(const std::string& name) const { return folder_ / name; }

  base::Path folder_;
};

}  // namespace r2rank::model
