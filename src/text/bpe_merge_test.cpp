#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "text/bpe.h"

namespace r2rank::text {
namespace {

using Tokens = std::vector<TokenId>;

constexpr TokenId kA = 1, kB = 2, kC = 3, kD = 4, kAb = 12, kBc = 23, kCd = 34, kAbc = 123, kAa = 11,
                  kFourA = 1111;

struct Rule {
  TokenId left, right, token;
};

/// Merges ranked in the order given.
MergeTable table_of(const std::vector<Rule>& rules) {
  MergeTable table(rules.size());
  int32_t rank = 0;
  for (const Rule& rule : rules) table.set(rule.left, rule.right, {rank++, rule.token});
  return table;
}

/// Both ways to merge must give what is expected.
void expect_merged(const MergeTable& merges, const Tokens& tokens, const Tokens& expected) {
  Tokens scanned = tokens, queued = tokens;
  merge_by_scanning(merges, scanned);
  merge_by_queue(merges, queued);
  EXPECT_EQ(scanned, expected) << "by scanning";
  EXPECT_EQ(queued, expected) << "by queue";
}

TEST(BpeMerge, TakesAnEarlierRankBeforeAnEarlierPlace) {
  expect_merged(table_of({{kB, kC, kBc}, {kA, kB, kAb}}), {kA, kB, kC}, {kA, kBc});
  expect_merged(table_of({{kA, kB, kAb}, {kB, kC, kBc}}), {kA, kB, kC}, {kAb, kC});
}

TEST(BpeMerge, GoesOnFromWhatItMadeToBothSides) {
  const MergeTable merges = table_of({{kB, kC, kBc}, {kA, kBc, kAbc}, {kAbc, kD, kA}});
  expect_merged(merges, {kA, kB, kC, kD}, {kA});
  expect_merged(merges, {kB, kC, kA, kB, kC}, {kBc, kAbc});
}

TEST(BpeMerge, CutsARunOfOneTokenFromTheLeft) {
  const MergeTable merges = table_of({{kA, kA, kAa}, {kAa, kAa, kFourA}});
  expect_merged(merges, Tokens(7, kA), {kFourA, kAa, kA});
  expect_merged(merges, Tokens(8, kA), {kFourA, kFourA});
}

TEST(BpeMerge, ForgetsPairsWhoseTokensAreGone) {
  expect_merged(table_of({{kA, kB, kAb}, {kB, kC, kBc}, {kC, kD, kCd}}), {kA, kB, kC, kD}, {kAb, kCd});
}

TEST(BpeMerge, MayMakeATokenThatWasThereBefore) {
  const MergeTable swallow = table_of({{kA, kB, kA}});
  expect_merged(swallow, {kA, kB, kB, kB}, {kA});
  expect_merged(swallow, {kB, kA, kB, kA, kB}, {kB, kA, kA});
}

TEST(BpeMerge, LeavesWhatHasNoPairs) {
  const MergeTable merges = table_of({{kA, kB, kAb}});
  expect_merged(merges, {}, {});
  expect_merged(merges, {kA}, {kA});
  expect_merged(merges, {kB, kA, kA}, {kB, kA, kA});
  expect_merged(MergeTable(0), {kA, kB}, {kA, kB});
}

TEST(BpeMerge, ByQueueReachesTheEndOfAVeryLongRun) {
  Tokens tokens(size_t{1} << 16, kA);
  merge_by_queue(table_of({{kA, kA, kAa}, {kAa, kAa, kFourA}}), tokens);
  EXPECT_EQ(tokens, Tokens(size_t{1} << 14, kFourA));
}

using Merges = std::map<std::pair<TokenId, TokenId>, Merge>;

/// While any pair has a rank: merge the first of those with the lowest.
Tokens by_definition(const Merges& merges, Tokens tokens) {
  for (;;) {
    Merge best;
    size_t place = 0;
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      const auto found = merges.find({tokens[i], tokens[i + 1]});
      if (found == merges.end() || found->second.rank >= best.rank) continue;
      best = found->second;
      place = i;
    }
    if (best.rank == Merge::kNoMerge) return tokens;
    tokens[place] = best.token;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

TEST(BpeMerge, FollowsTheDefinitionOnRandomMerges) {
  constexpr uint64_t kTokens = 8;
  base::RandomStream random(11, base::Purpose::kOrder);
  const auto token = [&] { return static_cast<TokenId>(random.below(kTokens)); };
  for (int round = 0; round < 200; ++round) {
    Merges merges;
    MergeTable table(30);
    for (int32_t rank = 0; rank < 30; ++rank) {
      const TokenId left = token(), right = token();
      merges[{left, right}] = {rank, token()};
      table.set(left, right, merges[{left, right}]);
    }
    Tokens tokens(random.below(80));
    for (TokenId& each : tokens) each = token();
    expect_merged(table, tokens, by_definition(merges, tokens));
  }
}

}  // namespace
}  // namespace r2rank::text
