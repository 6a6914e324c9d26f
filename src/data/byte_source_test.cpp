#include "data/byte_source.h"

#include <arrow/result.h>
#include <arrow/util/compression.h>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

std::string packed(arrow::Compression::type kind, const std::string& text) {
  auto codec = arrow::util::Codec::Create(kind).ValueOrDie();
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  std::string result(static_cast<size_t>(codec->MaxCompressedLen(size, bytes)), '\0');
  const auto taken = codec->Compress(size, bytes, static_cast<int64_t>(result.size()),
                                     reinterpret_cast<uint8_t*>(result.data()));
  result.resize(static_cast<size_t>(taken.ValueOrDie()));
  return result;
}

std::string all(ByteSource& source, size_t piece = 4096) {
  std::string bytes, block(piece, '\0');
  while (const size_t taken = source.read(block.data(), piece)) bytes.append(block, 0, taken);
  return bytes;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 800'000; ++i) text += std::to_string(i) + ",\u00E9\n";
  return text;  // about 7 MB: more blocks than are read ahead
}

TEST(ByteSource, UnpacksGzipAndZstdOfSeveralMembersWhateverTheName) {
  const TemporaryFolder folder;
  const std::string text = long_text();
  for (const auto kind : {arrow::Compression::GZIP, arrow::Compression::ZSTD}) {
    const std::string two = packed(kind, text) + packed(kind, "and more");
    const auto source = open_source(folder.write("log.csv", two));
    EXPECT_EQ(source->size(), -1);
    EXPECT_EQ(all(*source), text + "and more");
    EXPECT_DOUBLE_EQ(source->share(), 1);
  }
}

TEST(ByteSource, UnpacksZstdThatBeginsWithAFrameToBeSkipped) {  // as pzstd writes: RFC 8878, 3.1.2
  const TemporaryFolder folder;
  const std::string skipped("\x50\x2a\x4d\x18\x04\0\0\0\x10\0\0\0", 12), text = long_text();
  const std::string frame = skipped + packed(arrow::Compression::ZSTD, text);
  EXPECT_EQ(all(*open_source(folder.write("log.csv.zst", frame + frame))), text + text);
}

TEST(ByteSource, ReadsPlainFilesAndKnowsTheirSize) {
  const TemporaryFolder folder;
  const auto source = open_source(folder.write("log.csv", "plain"));
  EXPECT_EQ(source->size(), 5);
  EXPECT_EQ(all(*source, 2), "plain");
  EXPECT_EQ(all(*open_source(folder.write("empty.csv", ""))), "");
}

TEST(ByteSource, RefusesArchivesThatEndTooEarlyOrAreDamaged) {
  const TemporaryFolder folder;
  const std::string text = long_text();
  for (const auto kind : {arrow::Compression::GZIP, arrow::Compression::ZSTD}) {
    const std::string whole = packed(kind, text);
    for (const size_t size : {size_t{12}, whole.size() / 2, whole.size() - 1})
      expect_parts(error_of(base::ErrorKind::kData,
                            [&] { all(*open_source(folder.write("cut.csv", whole.substr(0, size)))); }),
                   {"whole", "archive in", "cut.csv"});
    std::string damaged = whole;
    for (size_t at = whole.size() / 2; at < whole.size() / 2 + 64; ++at) damaged[at] ^= 0x55;
    expect_parts(
        error_of(base::ErrorKind::kData, [&] { all(*open_source(folder.write("hurt.csv", damaged))); }),
        {"hurt.csv"});
  }
}

TEST(ByteSource, RefusesANameThatPromisesAnArchiveAndAZip) {
  const TemporaryFolder folder;
  expect_parts(error_of(base::ErrorKind::kData, [&] { open_source(folder.write("x.csv.gz", "a,b\n")); }),
               {"gzip archive in", "x.csv.gz", "found other bytes"});
  expect_parts(error_of(base::ErrorKind::kData, [&] { open_source(folder.write("x.csv.ZST", "a,b\n")); }),
               {"zstd"});
  expect_parts(
      error_of(base::ErrorKind::kData, [&] { open_source(folder.write("ml.zip", "PK\x03\x04rest")); }),
      {"zip archive", "unpack it first"});
  const auto refusal = [&](std::string_view bytes) {
    return error_of(base::ErrorKind::kData, [&] { open_source(folder.write("log.csv", bytes)); });
  };
  expect_parts(refusal("BZh91AY&SY rest"), {"bzip2 archive", "unpack it first"});
  expect_parts(refusal(std::string_view("\xFD"
                                        "7zXZ\0\0",
                                        7)),
               {"xz archive"});
  expect_parts(refusal("PAR1 rest"), {"a Parquet file", ".parquet"});
  EXPECT_EQ(all(*open_source(folder.write("log.csv", "BZh,x\n"))), "BZh,x\n");
  expect_parts(error_of(base::ErrorKind::kIo, [&] { open_source(folder.path()); }), {"found a folder"});
}

}  // namespace
}  // namespace r2rank::data
