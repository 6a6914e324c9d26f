#include "data/input_file.h"

#include <arrow/result.h>
#include <arrow/util/compression.h>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

// gzip -9 of "a,b\n1,2\n", made with Python's gzip module (mtime 0).
constexpr unsigned char kArchive[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                      0x4b, 0xd4, 0x49, 0xe2, 0x32, 0xd4, 0x31, 0xe2, 0x02, 0x00,
                                      0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00};
std::string archive() {
  return {reinterpret_cast<const char*>(kArchive), sizeof kArchive};
}

TEST(InputFile, UnpacksGzipByItsName) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_input(folder.write("x.csv.gz", archive())), "a,b\n1,2\n");
  EXPECT_EQ(read_input(folder.write("x.csv", "plain")), "plain");
}

TEST(InputFile, ReadsEveryMemberOfAConcatenatedArchive) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_input(folder.write("x.csv.gz", archive() + archive())), "a,b\n1,2\na,b\n1,2\n");
}

TEST(InputFile, RefusesATruncatedOrForeignArchive) {
  const testing::TemporaryFolder folder;
  const std::string whole = archive();
  for (size_t size : {size_t{5}, whole.size() - 9, whole.size() - 1}) {
    const auto path = folder.write("cut.gz", whole.substr(0, size));
    testing::expect_parts(testing::error_of(base::ErrorKind::kData, [&] { read_input(path); }),
                          {"gzip", "cut.gz"});
  }
  const auto path = folder.write("text.gz", "not an archive at all");
  testing::expect_parts(testing::error_of(base::ErrorKind::kData, [&] { read_input(path); }), {"gzip"});
}

TEST(InputFile, RefusesAnArchiveThatWouldFillTheMemory) {
  auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP);
  ASSERT_TRUE(codec.ok());
  const std::string zeros(size_t{100} << 20, '\0');
  std::string packed(1 << 20, '\0');
  const auto size =
      (*codec)->Compress(static_cast<int64_t>(zeros.size()), reinterpret_cast<const uint8_t*>(zeros.data()),
                         static_cast<int64_t>(packed.size()), reinterpret_cast<uint8_t*>(packed.data()));
  ASSERT_TRUE(size.ok());
  packed.resize(*size);
  const testing::TemporaryFolder folder;
  const auto path = folder.write("bomb.csv.gz", packed);
  testing::expect_parts(testing::error_of(base::ErrorKind::kData, [&] { read_input(path); }),
                        {"bomb.csv.gz", "64 MiB + 200 times", "give the plain file"});
}

TEST(InputFile, SaysWhichFileIsMissing) {
  testing::expect_parts(testing::error_of(base::ErrorKind::kIo, [] { read_input("/nowhere/x.csv"); }),
                        {"/nowhere/x.csv"});
}

TEST(DataExtension, LooksBehindGz) {
  EXPECT_EQ(data_extension("a/items.JSONL.gz"), ".jsonl");
  EXPECT_EQ(data_extension("a/x.csv"), ".csv");
  EXPECT_EQ(data_extension("plain"), "");
}

}  // namespace
}  // namespace r2rank::data
