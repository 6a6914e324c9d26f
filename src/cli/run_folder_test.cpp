#include "cli/run_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace r2rank::cli {
namespace {

class RunFolder : public testing::Test {
 protected:
  RunFolder() { std::filesystem::create_directories(folder_); }
  ~RunFolder() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text = "x\n") {
    base::write_file(folder_ / name, text);
  }

  base::Path folder_ =
      std::filesystem::temp_directory_path() / ("r2rank_run_folder_" + std::to_string(::getpid()));
};

constexpr const char* kOurs = "# stage\nstage = \"rl\"\n# T\nrationale_tokens = 8\n";

TEST_F(RunFolder, IsKnownByTheConfigurationOfATraining) {
  write("config.toml", kOurs);
  write("notes.txt");
  EXPECT_TRUE(is_run_folder(folder_));
}

TEST_F(RunFolder, IsAnEmptyOneAndOneWithTemporariesAlone) {
  EXPECT_TRUE(is_run_folder(folder_));
  write(".config.toml.17.tmp");
  EXPECT_TRUE(is_run_folder(folder_));
}

TEST_F(RunFolder, IsNoneWithTheFilesOfOthers) {
  write("log.jsonl");
  EXPECT_FALSE(is_run_folder(folder_));
  write("config.toml", "[server]\nport = 80\n");
  EXPECT_FALSE(is_run_folder(folder_));
}

TEST_F(RunFolder, StaysKnownWhenItIsCleared) {
  write("config.toml", kOurs);
  write("log.jsonl");
  write("model/config.json");
  clear_run_folder(folder_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "log.jsonl") || std::filesystem::exists(folder_ / "model"));
  EXPECT_TRUE(is_run_folder(folder_));
}

}  // namespace
}  // namespace r2rank::cli
