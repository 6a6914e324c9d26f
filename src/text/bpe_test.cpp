#include "text/bpe.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "text/small_tokenizer.h"

namespace r2rank::text {
namespace {

/// Random merges over an alphabet of four tokens, so that words are full of overlapping choices.
MergeTable random_merges(base::RandomStream& random, int tokens) {
  MergeTable table(200);
  for (int rank = 0; rank < 200; ++rank)
    table.set(static_cast<TokenId>(random.below(tokens)), static_cast<TokenId>(random.below(tokens)),
              {static_cast<int32_t>(random.below(100)), static_cast<TokenId>(random.below(tokens))});
  return table;
}

TEST(Bpe, ScanningAndQueueingGiveTheSameTokens) {
  base::RandomStream random(7, base::Purpose::kOrder);
  for (int round = 0; round < 300; ++round) {
    const MergeTable merges = random_merges(random, 20);
    std::vector<TokenId> tokens(random.below(90));
    for (TokenId& token : tokens) token = static_cast<TokenId>(random.below(20));
    std::vector<TokenId> queued = tokens;
    merge_by_scanning(merges, tokens);
    merge_by_queue(merges, queued);
    ASSERT_EQ(tokens, queued) << "round " << round;
  }
}

TEST(Bpe, TheLeftmostOfEqualPairsGoesFirst) {
  const Bpe bpe(small_tokenizer({{"a", "a"}}));
  std::vector<TokenId> ids;
  bpe.encode_word("aaa", ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{256, 'a'}));
}

TEST(Bpe, WithMergesIgnoredAWholeWordIsOneToken) {
  TokenizerData data = small_tokenizer({});
  data.tokens.push_back("abc");
  std::vector<TokenId> ids;
  Bpe(data).encode_word("abc", ids);
  EXPECT_EQ(ids.size(), 3u);
  data.ignore_merges = true;
  ids.clear();
  Bpe(data).encode_word("abc", ids);
  EXPECT_EQ(ids, std::vector<TokenId>{258});
}

TEST(Bpe, AWholeWordNeverBecomesASpecialToken) {
  TokenizerData data = small_tokenizer({});
  data.ignore_merges = true;
  std::vector<TokenId> ids;
  Bpe(data).encode_word("<|im_end|>", ids);
  EXPECT_EQ(ids.size(), 10u);
}

TEST(Bpe, BytesThatTheVocabularyLacksAreDropped) {
  TokenizerData data = small_tokenizer({{"a", "b"}});
  data.tokens['x'] = "";
  std::vector<TokenId> ids;
  Bpe(data).encode_word("axb", ids);
  EXPECT_EQ(ids, std::vector<TokenId>{256});
}

TEST(Bpe, BytesOfUnknownIdsAreEmpty) {
  const Bpe bpe(small_tokenizer({}));
  EXPECT_EQ(bpe.bytes_of(' '), " ");
  EXPECT_EQ(bpe.bytes_of(-5), "");
  EXPECT_EQ(bpe.bytes_of(100000), "");
}

}  // namespace
}  // namespace r2rank::text
