#include "text/nfc.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/hash.h"
#include "text/utf8.h"

namespace r2rank::text {
namespace {

TEST(Nfc, ComposesLettersWithTheirMarks) {
  EXPECT_EQ(to_nfc("e\u0301"), "\u00E9");
  EXPECT_EQ(to_nfc("\u1112\u1161\u11AB"), "\uD55C");
  EXPECT_EQ(to_nfc("\u212B"), "\u00C5");
}

TEST(Nfc, OrdersMarksByTheirClass) {
  EXPECT_EQ(to_nfc("q\u0307\u0323"), "q\u0323\u0307");
}

TEST(Nfc, LeavesWhatIsNormalAlready) {
  EXPECT_EQ(to_nfc("plain ascii, caf\u00E9"), "plain ascii, caf\u00E9");
  EXPECT_EQ(to_nfc("\u4E2D\u6587"), "\u4E2D\u6587");
  EXPECT_EQ(to_nfc(""), "");
}

TEST(Nfc, MarksThatCameAfterTheReferenceBlockCompositionLikeLetters) {
  EXPECT_EQ(to_nfc("a\u0898\u0301"), "a\u0898\u0301");
  EXPECT_EQ(to_nfc("e\u0301\u0898e\u0301"), "\u00E9\u0898\u00E9");
  EXPECT_EQ(to_nfc("\U00011935\U00011930"), "\U00011935\U00011930");
}

/// The text that tools/golden/tokenizers_golden.py normalises: each code point between letters and marks.
std::string contexts_of(uint32_t first, uint32_t count) {
  std::string text;
  for (uint32_t c = first; c < first + count; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string self;
    append_utf8(self, c);
    text += self + " a\u0323" + self + "\u0301 a" + self + "\u0323 \u1100" + self + "\u11A8 " + self +
            "\u0307" + self + "\n";
  }
  return text;
}

TEST(NfcGolden, EveryCodePointIsNormalisedAsInTheReference) {
  const auto golden =
      nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/text_classes.json"));
  const auto hashes = golden["nfc"].get<std::vector<std::string>>();
  ASSERT_EQ(hashes.size(), 0x110000u / 4096);
  for (uint32_t block = 0; block < hashes.size(); ++block) {
    const uint64_t hash = base::hash64(to_nfc(contexts_of(block * 4096, 4096)));
    EXPECT_EQ(fmt::format("{:016x}", hash), hashes[block]) << fmt::format("block U+{:X}", block * 4096);
  }
}

}  // namespace
}  // namespace r2rank::text
