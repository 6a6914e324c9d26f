#include "cli/output_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::cli {
namespace {

namespace fs = std::filesystem;

class CheckOutput : public ::testing::Test {
 protected:
  CheckOutput() { fs::create_directories(root_); }
  ~CheckOutput() override { fs::remove_all(root_); }

  std::string refusal(const fs::path& target, bool overwrite = false) {
    try {
      check_output({target.string(), overwrite}, "dataset.json");
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path root_ = fs::temp_directory_path() / fmt::format("output_folder_test.{}", ::getpid());
};

TEST_F(CheckOutput, AcceptsWhatDoesNotExistYet) {
  EXPECT_EQ(refusal(root_ / "new"), "");
  EXPECT_EQ(refusal(root_ / "new" / "deeper" / "still"), "");
  EXPECT_EQ(refusal("relative-name-that-does-not-exist"), "");
}

TEST_F(CheckOutput, AnExistingFolderOfOursNeedsOverwrite) {
  base::write_file(root_ / "old" / "dataset.json", "{}");
  EXPECT_NE(refusal(root_ / "old").find("pass --overwrite"), std::string::npos);
  EXPECT_EQ(refusal(root_ / "old", true), "");
}

TEST_F(CheckOutput, AnEmptyFolderNeedsOverwrite) {
  fs::create_directories(root_ / "empty");
  EXPECT_NE(refusal(root_ / "empty"), "");
  EXPECT_EQ(refusal(root_ / "empty", true), "");
}

TEST_F(CheckOutput, NeverReplacesAFolderItDidNotMake) {
  base::write_file(root_ / "home" / "letter.txt", "dear");
  EXPECT_NE(refusal(root_ / "home", true).find("never replaced"), std::string::npos);
  EXPECT_NE(refusal("/", true), "");
}

TEST_F(CheckOutput, RefusesAFileAndAPathThroughAFile) {
  base::write_file(root_ / "file", "x");
  EXPECT_NE(refusal(root_ / "file", true).find("is a file"), std::string::npos);
  EXPECT_NE(refusal(root_ / "file" / "below").find("is not a folder"), std::string::npos);
}

}  // namespace
}  // namespace r2rank::cli
