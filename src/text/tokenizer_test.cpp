#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "text/byte_level.h"
#include "text/golden_corpus.h"
#include "text/small_tokenizer.h"

namespace r2rank::text {
namespace {

/// The real file of a family, as the set-up lays it down.
Tokenizer real_tokenizer(const std::string& family) {
  const base::Path path = base::Path(R2RANK_SOURCE_DIR) / ".deps" / "tokenizers" / family / "tokenizer.json";
  if (!std::filesystem::exists(path))
    throw std::runtime_error(path.string() + " is missing: './run test' fetches it");
  return Tokenizer(load_tokenizer_json(path));
}

TEST(TokenizerGolden, Llama3GivesTheIdsOfTheReference) {
  const Tokenizer tokenizer = real_tokenizer("llama3_1");
  golden::expect_equal_ids(tokenizer, "llama3_1");
  golden::expect_round_trip(tokenizer);
}

TEST(TokenizerGolden, Qwen2GivesTheIdsOfTheReference) {
  golden::expect_equal_ids(real_tokenizer("qwen2_5"), "qwen2_5");
}
TEST(TokenizerGolden, Qwen3GivesTheIdsOfTheReference) {
  golden::expect_equal_ids(real_tokenizer("qwen3"), "qwen3");
}

TEST(TokenizerGolden, FlagsOfSpecialTokensWorkAsInTheReference) {
  const auto golden =
      nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/text_flags.json"));
  const Tokenizer tokenizer(parse_tokenizer_json(golden["tokenizer"].dump(), "text_flags.json"));
  ASSERT_GE(golden["cases"].size(), 1000u);
  for (const auto& test : golden["cases"])
    EXPECT_EQ(tokenizer.encode(test[0].get<std::string>(), true), test[1].get<std::vector<TokenId>>())
        << test[0];
}

TEST(Tokenizer, MergesLowestRankFirst) {
  const Tokenizer tokenizer(small_tokenizer({{"a", "b"}, {"b", "c"}, {"ab", "c"}}));
  EXPECT_EQ(tokenizer.decode(std::vector{tokenizer.encode("abc", false)}), "abc");
  EXPECT_EQ(tokenizer.encode("abc", false).size(), 1u);
  EXPECT_EQ(tokenizer.encode("bcb", false).size(), 2u);
}

TEST(Tokenizer, SpecialTokensAreFoundOnlyWhereTheyAreAllowed) {
  const Tokenizer tokenizer(small_tokenizer({}));
  const TokenId end = tokenizer.special("<|im_end|>");
  EXPECT_EQ(tokenizer.encode("a<|im_end|>", true), (std::vector<TokenId>{'a', end}));
  const auto plain = tokenizer.encode("a<|im_end|>", false);
  EXPECT_EQ(std::count(plain.begin(), plain.end(), end), 0);
  EXPECT_EQ(tokenizer.decode(plain), "a<|im_end|>");
}

TEST(Tokenizer, IllFormedTextIsReadAsReplacementCharacters) {
  const Tokenizer tokenizer(small_tokenizer({}));
  EXPECT_EQ(tokenizer.encode("a\xFF\xE2\x82z", true), tokenizer.encode("a\uFFFD\uFFFDz", true));
}

TEST(Tokenizer, EmptyTextHasNoTokens) {
  const Tokenizer tokenizer(small_tokenizer({}));
  EXPECT_TRUE(tokenizer.encode("", true).empty());
  EXPECT_EQ(tokenizer.decode({}), "");
}

TEST(Tokenizer, IdsOutsideTheVocabularyDecodeToNothing) {
  const Tokenizer tokenizer(small_tokenizer({}));
  EXPECT_EQ(tokenizer.decode(std::vector<TokenId>{-1, 'x', 1 << 30}), "x");
}

TEST(Tokenizer, ABigTextIsEncodedInReasonableTime) {
  const Tokenizer tokenizer(small_tokenizer({{"a", "a"}, {"aa", "aa"}, {"aaaa", "aaaa"}}));
  EXPECT_EQ(tokenizer.encode(std::string(1 << 20, 'a'), true).size(), (1u << 20) / 8);
  EXPECT_EQ(tokenizer.encode(std::string(1 << 20, ' '), true).size(), 1u << 20);
}

TEST(Tokenizer, AGenerationEndsWithTheListedTokensOrWithEos) {
  TokenizerData data;
  EXPECT_TRUE(end_ids(data).empty());
  data.eos = 3;
  EXPECT_EQ(end_ids(data), (std::vector<TokenId>{3}));
  data.eos_ids = {1, 2};
  EXPECT_EQ(end_ids(data), (std::vector<TokenId>{1, 2}));
}

TEST(Tokenizer, AnUnknownSpecialTokenIsNamed) {
  const Tokenizer tokenizer(small_tokenizer({}));
  EXPECT_THROW(
      {
        try {
          tokenizer.special("<|nope|>");
        } catch (const base::Error& error) {
          EXPECT_NE(std::string(error.what()).find("<|nope|>"), std::string::npos);
          EXPECT_EQ(error.kind(), base::ErrorKind::kData);
          throw;
        }
      },
      base::Error);
}

TEST(Tokenizer, MergesOfUnknownTokensAreRefused) {
  TokenizerData data = small_tokenizer({});
  data.merges.emplace_back("a", "nothing");
  EXPECT_THROW(Tokenizer{data}, base::Error);
}

TEST(Tokenizer, ATokenThatStandsTwiceIsRefused) {
  TokenizerData data = small_tokenizer({});
  data.tokens.push_back("a");
  EXPECT_THROW(Tokenizer{data}, base::Error);
}

TEST(Tokenizer, SpecialTokensWithImpossibleIdsAreRefused) {
  for (const TokenId id : {-1, 1 << 30}) {
    TokenizerData data = small_tokenizer({});
    data.special.emplace_back("<|far|>", id);
    EXPECT_THROW(Tokenizer{data}, base::Error);
  }
}

}  // namespace
}  // namespace r2rank::text
