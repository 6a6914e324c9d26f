#include "data/byte_source.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::DripSource;

std::string all(ByteSource& source, size_t piece) {
  std::string bytes, block(piece, '\0');
  while (const size_t taken = source.read(block.data(), piece)) bytes.append(block, 0, taken);
  return bytes;
}

std::string all(const std::string& bytes, Encoding encoding, size_t piece = 4096) {
  return all(*decoded(memory_source(bytes), encoding), piece);
}

std::string bytes_from_to(int first, int last) {
  std::string bytes;
  for (int byte = first; byte <= last; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

TEST(Decoded, TurnsLatin1AndWindows1252IntoUtf8) {
  const std::string bytes = "caf\xE9 \x80\x99\x81 \xFF";
  EXPECT_EQ(all(bytes, Encoding::kLatin1, 3), "caf\u00E9 \u0080\u0099\u0081 \u00FF");
  EXPECT_EQ(all(bytes, Encoding::kWindows1252, 4), "caf\u00E9 \u20AC\u2122\xFF \u00FF");
}

TEST(Decoded, GivesEachByteOfLatin1TheCodePointOfItsNumber) {
  std::string expected = bytes_from_to(0, 0x7F);  // two bytes of UTF-8 from here on: 110xxxxx 10xxxxxx
  for (int code = 0x80; code <= 0xFF; ++code) {
    expected += static_cast<char>(code < 0xC0 ? 0xC2 : 0xC3);
    expected += static_cast<char>(0x80 + code % 0x40);
  }
  EXPECT_EQ(all(bytes_from_to(0, 0xFF), Encoding::kLatin1), expected);
}

// bytes([b]).decode("cp1252") of Python 3.11; \xFF, which is no UTF-8, where that refuses
TEST(Decoded, KnowsAllOfWindows1252) {
  EXPECT_EQ(all(bytes_from_to(0x80, 0x9F), Encoding::kWindows1252),
            "\u20AC\xFF\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\xFF\u017D\xFF"
            "\xFF\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\xFF\u017E"
            "\u0178");
  for (const auto& [first, last] : {std::pair{0, 0x7F}, std::pair{0xA0, 0xFF}})
    EXPECT_EQ(all(bytes_from_to(first, last), Encoding::kWindows1252),
              all(bytes_from_to(first, last), Encoding::kLatin1));
}

TEST(Decoded, FillsNoMoreThanTheTargetAndEndsOnlyAtTheEnd) {
  const std::string bytes = "a\x80" + bytes_from_to(0x80, 0xFF) + "b";
  const std::string whole = all(bytes, Encoding::kWindows1252);
  for (size_t size = 3; size < 20; ++size)  // 3: what the longest character takes
    for (const size_t most : {size_t{1}, size_t{2}, size_t{100}}) {
      const auto source = decoded(std::make_unique<DripSource>(bytes, most), Encoding::kWindows1252);
      std::string found, block(size + 1, '#');
      while (const size_t taken = source->read(block.data(), size)) {
        ASSERT_LE(taken, size);
        ASSERT_EQ(block.back(), '#') << "written behind the target";
        found.append(block, 0, taken);
      }
      EXPECT_EQ(found, whole) << size << " " << most;
    }
}

TEST(Decoded, KnowsNoSizeButTheShareOfItsSource) {
  const auto source = decoded(memory_source("\xE9\xE9\xE9\xE9"), Encoding::kLatin1);
  char target[6];
  EXPECT_EQ(source->size(), -1) << "four bytes become eight";
  EXPECT_EQ(source->read(target, 6), 4U);
  EXPECT_DOUBLE_EQ(source->share(), 0.5);
}

TEST(Decoded, LeavesUtf8ToItsSource) {
  auto source = memory_source("\u00E9 \xFF");  // what is no UTF-8 is found by the readers
  const ByteSource* given = source.get();
  const auto same = decoded(std::move(source), Encoding::kUtf8);
  EXPECT_EQ(same.get(), given);
  EXPECT_EQ(all(*same, 2), "\u00E9 \xFF");
  EXPECT_EQ(all("", Encoding::kLatin1), "");
}

TEST(Decoded, PassesTheErrorsOfItsSourceOn) {
  struct Damaged : ByteSource {
    size_t read(char* /*target*/, size_t /*size*/) override { base::fail_data("import", "damaged"); }
    double share() const override { return 0; }
  };
  const auto source = decoded(std::make_unique<Damaged>(), Encoding::kLatin1);
  EXPECT_EQ(testing::error_of(base::ErrorKind::kData, [&] { all(*source, 8); }), "[import] damaged");
}

}  // namespace
}  // namespace r2rank::data
