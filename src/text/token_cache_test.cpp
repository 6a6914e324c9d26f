#include "text/token_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace r2rank::text {
namespace {

TEST(TokenCache, MakesTheTokensOfAKeyOnce) {
  TokenCache cache(10);
  int made = 0;
  const auto make = [&] { return ++made, std::vector<TokenId>{1, 2}; };
  EXPECT_EQ(cache.get("a", make), (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(cache.get("a", make), (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(made, 1);
}

TEST(TokenCache, StaysWithinItsCapacity) {
  TokenCache cache(10);
  for (int i = 0; i < 100; ++i) cache.get(std::to_string(i), [&] { return std::vector<TokenId>{i}; });
  EXPECT_LE(cache.size(), 10u);
}

TEST(TokenCache, ThreadsSeeTheSameTokens) {
  TokenCache cache(50);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i)
        wrong += cache.get(std::to_string(i % 80), [&] { return std::vector<TokenId>{i % 80}; })[0] != i % 80;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace r2rank::text
