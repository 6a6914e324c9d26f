#include "text/special_tokens.h"

#include <gtest/gtest.h>

namespace r2rank::text {
namespace {

using Pieces = std::vector<std::pair<TokenId, std::string>>;

constexpr TokenId kPlain = -1;
constexpr SpecialFlags kLeft{.left_strip = true}, kRight{.right_strip = true}, kWord{.single_word = true},
    kNormalized{.normalized = true};

/// Special tokens alone, numbered from 0 in the order given.
TokenizerData data_of(const std::vector<std::pair<std::string, SpecialFlags>>& tokens) {
  TokenizerData data;
  for (const auto& [text, flags] : tokens) {
    const auto id = static_cast<TokenId>(data.special.size());
    data.special.emplace_back(text, id);
    if (flags != SpecialFlags()) data.special_flags[id] = flags;
  }
  return data;
}

Pieces pieces_of(const TokenizerData& data, const std::string& text, bool normalized = false) {
  const SpecialMatcher matcher(data, normalized);
  Pieces pieces;
  for (const auto& piece : matcher.split(text)) pieces.emplace_back(piece.token, piece.text);
  return pieces;
}

TEST(SpecialTokens, CutTheTextWhereTheyStand) {
  const auto data = data_of({{"<a>", {}}, {"<b>", {}}});
  EXPECT_EQ(pieces_of(data, "x<a>y z<b>"), (Pieces{{kPlain, "x"}, {0, "<a>"}, {kPlain, "y z"}, {1, "<b>"}}));
  EXPECT_EQ(pieces_of(data, "<b><a>"), (Pieces{{1, "<b>"}, {0, "<a>"}}));
  EXPECT_EQ(pieces_of(data, "<a"), (Pieces{{kPlain, "<a"}}));
  EXPECT_TRUE(pieces_of(data, "").empty());
}

TEST(SpecialTokens, TheLongestOfThoseAtOnePlaceIsTaken) {
  const auto data = data_of({{"<a>", {}}, {"<a><a>", {}}, {"<a", {}}});
  EXPECT_EQ(pieces_of(data, "<a><a><a><a"), (Pieces{{1, "<a><a>"}, {0, "<a>"}, {2, "<a"}}));
}

TEST(SpecialTokens, MayBeginWithAnyCharacter) {
  const auto data = data_of({{"\u4E2D\u6587", {}}, {"\U0001F3AC", {}}, {" x", {}}});
  EXPECT_EQ(pieces_of(data, "\u4E2D\u4E2D\u6587\U0001F3AC x"),
            (Pieces{{kPlain, "\u4E2D"}, {0, "\u4E2D\u6587"}, {1, "\U0001F3AC"}, {2, " x"}}));
}

TEST(SpecialTokens, SwallowTheSpaceOnTheSideTheirFlagNames) {
  EXPECT_EQ(pieces_of(data_of({{"<l>", kLeft}}), "a \n <l> b"),
            (Pieces{{kPlain, "a"}, {0, " \n <l>"}, {kPlain, " b"}}));
  EXPECT_EQ(pieces_of(data_of({{"<r>", kRight}}), "a <r>\t\r\n b"),
            (Pieces{{kPlain, "a "}, {0, "<r>\t\r\n "}, {kPlain, "b"}}));
  EXPECT_EQ(pieces_of(data_of({{"<l>", kLeft}, {"<r>", kRight}}), "  <l><r>  "),
            (Pieces{{0, "  <l>"}, {1, "<r>  "}}));
}

TEST(SpecialTokens, ShareNoSpace) {
  const auto data = data_of({{"<l>", kLeft}, {"<r>", kRight}});
  EXPECT_EQ(pieces_of(data, "<r>  <l>"), (Pieces{{1, "<r>  "}, {0, "<l>"}}));
}

TEST(SpecialTokens, SwallowEveryUnicodeSpaceAndNothingElse) {
  const auto data = data_of({{"<l>", kLeft}});
  for (const std::string space : {"\u00A0", "\xC2\x85", "\u1680", "\u2003", "\u2028", "\u202F", "\u3000"})
    EXPECT_EQ(pieces_of(data, "a" + space + "<l>"), (Pieces{{kPlain, "a"}, {0, space + "<l>"}})) << space;
  for (const std::string other : {"\u200B", "\u180E", "\u2060", "\uFEFF"})
    EXPECT_EQ(pieces_of(data, "a" + other + "<l>"), (Pieces{{kPlain, "a" + other}, {0, "<l>"}})) << other;
}

TEST(SpecialTokens, OfSingleWordsAreNotFoundInsideOthers) {
  const auto data = data_of({{"word", kWord}});
  EXPECT_EQ(pieces_of(data, "word words sword word"),
            (Pieces{{0, "word"}, {kPlain, " words sword "}, {0, "word"}}));
  for (const std::string part : {"s", "7", "_", "\u00E9", "\u4E2D", "\u0301", "\u200D", "\u24D0", "\u2167"}) {
    EXPECT_EQ(pieces_of(data, "word" + part), (Pieces{{kPlain, "word" + part}})) << part;
    EXPECT_EQ(pieces_of(data, part + "word"), (Pieces{{kPlain, part + "word"}})) << part;
  }
  for (const std::string mark : {"-", ".", "\u3000", "\u2460", "\u20AC", "\U0001F3AC"}) {
    EXPECT_EQ(pieces_of(data, "word" + mark), (Pieces{{0, "word"}, {kPlain, mark}})) << mark;
    EXPECT_EQ(pieces_of(data, mark + "word"), (Pieces{{kPlain, mark}, {0, "word"}})) << mark;
  }
}

TEST(SpecialTokens, ThatAreNotTakenStillUseUpTheirText) {
  const auto data = data_of({{"ab", kWord}, {"b<", {}}});
  EXPECT_EQ(pieces_of(data, "xab<"), (Pieces{{kPlain, "xab<"}}));
  EXPECT_EQ(pieces_of(data, "xb<"), (Pieces{{kPlain, "x"}, {1, "b<"}}));
}

TEST(SpecialTokens, AreLookedForBeforeOrAfterNormalisation) {
  const auto data = data_of({{"<raw>", {}}, {"<late>", kNormalized}});
  EXPECT_EQ(pieces_of(data, "<raw><late>", false), (Pieces{{0, "<raw>"}, {kPlain, "<late>"}}));
  EXPECT_EQ(pieces_of(data, "<raw><late>", true), (Pieces{{kPlain, "<raw>"}, {1, "<late>"}}));
  EXPECT_TRUE(SpecialMatcher(data_of({{"<raw>", {}}}), true).empty());
  EXPECT_FALSE(SpecialMatcher(data_of({{"<raw>", {}}}), false).empty());
}

TEST(SpecialTokens, AfterNormalisationAreFoundInTheirNormalForm) {
  auto data = data_of({{"e\u0301t", kNormalized}});
  data.normalize_nfc = true;
  EXPECT_EQ(pieces_of(data, "l'\u00E9t", true), (Pieces{{kPlain, "l'"}, {0, "\u00E9t"}}));
  data.normalize_nfc = false;
  EXPECT_EQ(pieces_of(data, "l'\u00E9t", true), (Pieces{{kPlain, "l'\u00E9t"}}));
}

TEST(SpecialTokens, WithoutTextAreNeverFound) {
  const auto data = data_of({{"", {}}});
  EXPECT_TRUE(SpecialMatcher(data, false).empty());
  EXPECT_EQ(pieces_of(data, "ab"), (Pieces{{kPlain, "ab"}}));
}

}  // namespace
}  // namespace r2rank::text
