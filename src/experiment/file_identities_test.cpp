#include "experiment/file_identities.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/test_support.h"

namespace r2rank::experiment {
namespace {

std::string identity(const base::Path& path) {
  return FileIdentities().of(path);
}

TEST(FileIdentities, FollowWhatAFileHolds) {
  const data::testing::TemporaryFolder folder;
  const auto file = folder.write("log.csv", "a,b\n");
  const std::string before = identity(file);
  EXPECT_EQ(identity(folder.write("copy.csv", "a,b\n")), before);
  folder.write("log.csv", "a,c\n");
  EXPECT_NE(identity(file), before);
  EXPECT_THROW(identity(folder.path() / "absent"), base::Error);
}

TEST(FileIdentities, FollowEveryFileOfAFolderAndItsName) {
  const data::testing::TemporaryFolder folder;
  folder.write("m/config.json", "{}");
  folder.write("m/part/weights", "1");
  const std::string before = identity(folder.path() / "m");
  folder.write("m/part/weights", "2");
  const std::string changed = identity(folder.path() / "m");
  EXPECT_NE(changed, before);
  folder.write("m/part/weights", "1");
  EXPECT_EQ(identity(folder.path() / "m"), before);
  folder.write("m/more", "");
  EXPECT_NE(identity(folder.path() / "m"), before);
}

TEST(FileIdentities, AreReadOnce) {
  const data::testing::TemporaryFolder folder;
  const auto file = folder.write("model.gguf", "1");
  FileIdentities files;
  const std::string before = files.of(file);
  folder.write("model.gguf", "2");
  EXPECT_EQ(files.of(file), before);
}

}  // namespace
}  // namespace r2rank::experiment
