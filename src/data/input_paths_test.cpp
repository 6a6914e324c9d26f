#include "data/input_paths.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::TemporaryFolder;

TEST(InputPaths, PatternsAreExpandedInOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"a-2.csv", "a-1.csv", "b.csv", "odd[1].csv"}) folder.write(name, "x");
  const auto found = expand_path(folder.path() / "a-*.csv", "--interactions");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].filename(), "a-1.csv");
  EXPECT_EQ(expand_path(folder.path() / "odd[1].csv", "--x").front().filename(), "odd[1].csv")
      << "a file of that name";
  testing::expect_parts(
      testing::error_of(base::ErrorKind::kIo, [&] { expand_path(folder.path() / "c*.csv", "--items"); }),
      {"c*.csv", "found nothing", "--items"});
}

TEST(InputPaths, PartsDifferInDigitsOrInWhatTheyAreFor) {
  EXPECT_TRUE(are_parts("part-00001.csv.gz", "part-00002.csv.gz"));
  EXPECT_TRUE(are_parts("Games.train.csv", "Games.test.csv"));
  EXPECT_FALSE(are_parts("clicks.csv", "orders.csv"));
  EXPECT_FALSE(are_parts("Games.csv", "Games.test.csv"));
  std::vector<base::Path> parts = {"X.test.csv", "X.train.csv", "X.valid.csv"};
  sort_parts(parts);
  EXPECT_EQ(parts, (std::vector<base::Path>{"X.train.csv", "X.valid.csv", "X.test.csv"}));
}

TEST(InputPaths, HiddenFilesAndMarkersAreNoInput) {
  const TemporaryFolder folder;
  for (const char* name : {".part.crc", "_SUCCESS", "part.csv.zst"}) folder.write(name, "x");
  EXPECT_EQ(file_names(folder.path()), (std::vector<std::string>{"part.csv.zst"}));
  EXPECT_EQ(first_of(folder.path(), {"other.csv", "part.csv"}).filename(), "part.csv.zst");
  EXPECT_TRUE(first_of(folder.path(), {"none.csv"}).empty());
}

TEST(InputPaths, TheBeginningOfAFileIsNoLongerThanTheFile) {
  const TemporaryFolder folder;
  const auto path = folder.write("x.csv", "hello");
  EXPECT_EQ(beginning(path, 3), "hel");
  EXPECT_EQ(beginning(path, 100), "hello");
}

}  // namespace
}  // namespace r2rank::data
