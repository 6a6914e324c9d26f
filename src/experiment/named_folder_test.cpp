#include "experiment/named_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "data/test_support.h"

namespace r2rank::experiment {
namespace {

TEST(FolderName, IsTheLastPartOfTheWay) {
  for (const char* way : {"runs/text", "runs/text/", "text", "./text", "runs/../text"})
    EXPECT_EQ(folder_name(way), "text") << way;
}

TEST(NamedFolder, HasItsFoldersNameWhereItIsGivenNone) {
  const auto found = named_folder("runs/text/", "eval");
  EXPECT_EQ(found.name, "text");
  EXPECT_EQ(found.folder, "runs/text/");
}

TEST(NamedFolder, MayBeGivenAName) {
  const auto found = named_folder("our-2.text=runs/steps/train-0123", "eval");
  EXPECT_EQ(found.name, "our-2.text");
  EXPECT_EQ(found.folder, "runs/steps/train-0123");
  EXPECT_EQ(named_folder("a=b=c", "eval").folder, "b=c");
}

TEST(NamedFolder, IsAFolderWhereTheFirstPartIsNoName) {
  for (const char* way : {"./a=b", "runs/a=b", "=b", "two words=b"})
    EXPECT_EQ(named_folder(way, "eval").folder, way);
}

TEST(NamedFolder, IsWhatIsThereUnderTheWholeText) {
  const data::testing::TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  EXPECT_EQ(named_folder("lr=1/text", "eval").name, "lr");
  std::filesystem::create_directories("lr=1/text");
  EXPECT_EQ(named_folder("lr=1/text", "eval").name, "text");
  EXPECT_EQ(named_folder("lr=1/text", "eval").folder, "lr=1/text");
  std::filesystem::current_path(before);
}

TEST(NamedFolder, IsNotALabelAlone) {
  data::testing::expect_parts(
      data::testing::error_of(base::ErrorKind::kUsage, [] { named_folder("text=", "eval"); }),
      {"text=", "NAME=FOLDER"});
}

}  // namespace
}  // namespace r2rank::experiment
