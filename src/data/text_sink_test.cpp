#include "data/text_sink.h"

#include "data/input_file.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::TemporaryFolder;
constexpr auto kIo = base::ErrorKind::kIo;

constexpr const char* kCompressions[] = {"none", "gzip", "zstd"};

struct WrittenText : ::testing::Test {
  TemporaryFolder folder;
  base::Path path(const std::string& compression) const {
    return folder.path() / ("log.csv" + packed_ending(compression));
  }
};

TEST_F(WrittenText, IsWhatReadersReadBack) {
  for (const std::string compression : kCompressions) {
    std::string text;
    TextSink sink(path(compression), compression);
    for (int line = 0; line < 400'000; ++line) {
      const std::string row = fmt::format("u{},i{}\n", line, line * 7919L % 1009);
      text += row;
      sink.buffer() += row;
      sink.settle();
    }
    sink.close();
    EXPECT_GT(text.size(), size_t{4} << 20) << "several times what is held in memory";
    EXPECT_TRUE(read_input(path(compression)) == text) << compression;
    const bool smaller = std::filesystem::file_size(path(compression)) < text.size() / 2;
    EXPECT_EQ(smaller, compression != "none") << compression;
  }
}

TEST_F(WrittenText, IsAFileOfNoTextToo) {
  for (const std::string compression : kCompressions) {
    TextSink(path(compression), compression).close();
    EXPECT_EQ(read_input(path(compression)), "");
  }
}

TEST_F(WrittenText, ReplacesWhatStoodThere) {
  for (const std::string compression : kCompressions) {
    folder.write(path(compression).filename(), std::string(10'000, 'x'));
    TextSink sink(path(compression), compression);
    sink.buffer() = "short\n";
    sink.close();
    EXPECT_EQ(read_input(path(compression)), "short\n");
  }
}

TEST(TextSink, SaysWhenTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  for (const char* compression : kCompressions) {
    TextSink sink("/dev/full", compression);
    sink.buffer() = "a line\n";
    const std::string text = error_of(kIo, [&] { sink.close(); });
    EXPECT_TRUE(text.starts_with("[generate] cannot write /dev/full: ")) << text;
  }
}

TEST(TextSink, HoldsOneMebibyteAtMostBetweenLines) {
  const TemporaryFolder folder;
  const base::Path path = folder.path() / "log.csv";
  TextSink sink(path, "none");
  sink.buffer().assign((size_t{1} << 20) - 1, 'x');
  sink.settle();
  EXPECT_EQ(sink.buffer().size(), (size_t{1} << 20) - 1) << "written in large pieces only";
  sink.buffer() += 'x';
  sink.settle();
  EXPECT_EQ(sink.buffer(), "");
  EXPECT_EQ(std::filesystem::file_size(path), size_t{1} << 20);
  sink.close();
}

TEST(TextSink, NamesThePathThatCannotBeWritten) {
  const TemporaryFolder folder;
  const base::Path path = folder.path() / "absent" / "log.csv";
  EXPECT_TRUE(error_of(kIo, [&] {
                TextSink(path, "gzip");
              }).starts_with("[generate] cannot write " + path.string() + ": "));
}

TEST(TextSink, NamesPackedFilesByTheirPacking) {
  EXPECT_EQ(packed_ending("none"), "");
  EXPECT_EQ(packed_ending("gzip"), ".gz");
  EXPECT_EQ(packed_ending("zstd"), ".zst");
}

}  // namespace
}  // namespace r2rank::data
