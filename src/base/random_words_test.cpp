#include "base/random_words.h"

#include <gtest/gtest.h>

#include <vector>

namespace r2rank::base {
namespace {

std::vector<uint32_t> bits_of(RandomStream random, size_t count) {
  std::vector<uint32_t> words(count);
  for (auto& word : words) word = random.bits();
  return words;
}

std::vector<uint32_t> read(const RandomWords& stream, uint64_t first, size_t count) {
  std::vector<uint32_t> words(count);
  stream.read(first, words);
  return words;
}

TEST(RandomWords, AreThoseOfTheStreamForEveryLength) {
  for (size_t count = 0; count < 200; ++count)
    EXPECT_EQ(read({7, Purpose::kBootstrap, 3}, 0, count), bits_of({7, Purpose::kBootstrap, 3}, count));
}

TEST(RandomWords, DependOnEveryPartOfTheKey) {
  constexpr uint64_t kLarge = 0xFEDCBA9876543210;
  EXPECT_EQ(read({kLarge, Purpose::kInit, 1, 2, 3}, 0, 40), bits_of({kLarge, Purpose::kInit, 1, 2, 3}, 40));
  EXPECT_EQ(read({1, Purpose::kInit, kLarge, kLarge, kLarge}, 0, 40),
            bits_of({1, Purpose::kInit, kLarge, kLarge, kLarge}, 40));
}

TEST(RandomWords, AreReadFromTheMiddleToo) {
  const auto all = bits_of({7, Purpose::kBootstrap}, 400);
  for (size_t first = 0; first < 200; first += 4) {
    const std::vector<uint32_t> expected(all.begin() + static_cast<int64_t>(first),
                                         all.begin() + static_cast<int64_t>(first) + 150);
    EXPECT_EQ(read({7, Purpose::kBootstrap}, first, 150), expected);
  }
}

TEST(RandomWords, GoOnWhereTheNumberOfABlockNeedsMoreThan32Bits) {
  constexpr uint64_t kBlock = (uint64_t{1} << 32) - 2;
  const auto words = read({7, Purpose::kBootstrap}, 4 * kBlock, 32);
  const uint64_t stream = mix({static_cast<uint64_t>(Purpose::kBootstrap), 0, 0, 0});
  for (uint32_t i = 0; i < 8; ++i) {
    const uint64_t block = kBlock + i;
    const auto expected = philox({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                                  static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                                 {7, 0});
    for (uint32_t word = 0; word < 4; ++word) EXPECT_EQ(words[4 * i + word], expected[word]);
  }
}

TEST(RandomWordsDeathTest, RefuseToStartWithinABlock) {
  std::vector<uint32_t> words(4);
  EXPECT_DEATH(RandomWords(7, Purpose::kBootstrap).read(2, words), "invariant");
}

}  // namespace
}  // namespace r2rank::base
