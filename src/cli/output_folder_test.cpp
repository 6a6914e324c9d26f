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
      check_output({target.string(), overwrite}, dataset_kind());
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  void make_ours(const std::string& name) {
    base::write_file(root_ / name / "dataset.json", R"({"format": "r2rank-dataset", "version": 1})");
  }

  fs::path root_ = fs::temp_directory_path() / fmt::format("output_folder_test.{}", ::getpid());
};

TEST_F(CheckOutput, AcceptsWhatDoesNotExistYet) {
  EXPECT_EQ(refusal(root_ / "new"), "");
  EXPECT_EQ(refusal(root_ / "new" / "deeper" / "still"), "");
  EXPECT_EQ(refusal("relative-name-that-does-not-exist"), "");
}

TEST_F(CheckOutput, AnExistingFolderOfOursNeedsOverwrite) {
  make_ours("old");
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

TEST_F(CheckOutput, NeverReplacesAFolderThatOnlyHasAFileOfOurName) {
  for (const char* text : {"", "{}", "no JSON", "[1]", R"({"format": "other"})", R"({"format": 1})"}) {
    base::write_file(root_ / "theirs" / "dataset.json", text);
    EXPECT_NE(refusal(root_ / "theirs", true).find("never replaced"), std::string::npos) << text;
  }
}

TEST_F(CheckOutput, NamesWhatSomebodyElsePutIntoAFolderOfOurs) {
  make_ours("set");
  base::write_file(root_ / "set" / "users.parquet", "");
  EXPECT_EQ(refusal(root_ / "set", true), "");
  base::write_file(root_ / "set" / "notes.txt", "mine");
  EXPECT_NE(refusal(root_ / "set", true).find("also holds notes.txt"), std::string::npos);
  fs::remove(root_ / "set" / "notes.txt");
  fs::create_directories(root_ / "set" / "split");
  EXPECT_NE(refusal(root_ / "set", true).find("also holds split"), std::string::npos);
}

TEST_F(CheckOutput, WhatAKilledProcessLeftIsNobodysWork) {
  make_ours("set");
  base::write_file(root_ / "set" / ".split.12345.tmp" / "split.json", "");
  EXPECT_EQ(refusal(root_ / "set", true), "");
}

TEST_F(CheckOutput, RefusesLinksThatLeadNowhere) {
  fs::create_symlink(root_ / "absent", root_ / "dangling");
  EXPECT_NE(refusal(root_ / "dangling").find("a link to nothing"), std::string::npos);
  EXPECT_NE(refusal(root_ / "dangling/").find("a link to nothing"), std::string::npos);
  fs::create_symlink(root_ / "loop", root_ / "loop");
  EXPECT_NE(refusal(root_ / "loop").find("[output] --output"), std::string::npos);
}

TEST_F(CheckOutput, RefusesANameThatNoFileCanHave) {
  const std::string text = refusal(root_ / std::string(300, 'n'));
  EXPECT_NE(text.find("[output] --output"), std::string::npos);
  EXPECT_NE(text.find("too long"), std::string::npos);
}

TEST_F(CheckOutput, ResultsDoNotGoIntoAFolderOfAnotherKind) {
  make_ours("set");
  EXPECT_THROW(check_no_other_folder(root_ / "set"), base::Error);
  EXPECT_NO_THROW(check_no_other_folder(root_ / "absent"));
  EXPECT_NO_THROW(check_no_other_folder(root_));
}

TEST_F(CheckOutput, RefusesAFileAndAPathThroughAFile) {
  base::write_file(root_ / "file", "x");
  EXPECT_NE(refusal(root_ / "file", true).find("is a file"), std::string::npos);
  EXPECT_NE(refusal(root_ / "file" / "below").find("is not a folder"), std::string::npos);
}

}  // namespace
}  // namespace r2rank::cli
