#include "rollout/prompt_view.h"

#include <array>

#include "base/hash.h"

namespace r2rank::rollout {
namespace {

constexpr std::array<const char*, 14> kOnsets = {"b", "d", "f", "g", "k", "l", "m",
                                                 "n", "p", "r", "s", "t", "v", "z"};
constexpr std::array<const char*, 5> kVowels = {"a", "e", "i", "o", "u"};
constexpr int kTitleWords = 3, kBrandWords = 1;
constexpr uint64_t kNameSeed = 0;

std::string made_up_word(base::RandomStream& random) {
  std::string word;
  const uint64_t syllables = 2 + random.below(3);
  for (uint64_t i = 0; i < syllables; ++i) {
    word += kOnsets[random.below(kOnsets.size())];
    word += kVowels[random.below(kVowels.size())];
  }
  word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

}  // namespace

base::RandomStream study_stream(uint64_t seed, uint64_t a, uint64_t b, uint64_t c) {
  return {base::mix({seed, base::hash64("study")}), base::Purpose::kOrder, a, b, c};
}

std::string made_up_name(uint64_t key, int words) {
  base::RandomStream random = study_stream(kNameSeed, key);
  std::string name;
  for (int i = 0; i < words; ++i) {
    if (i > 0) name += ' ';
    name += made_up_word(random);
  }
  return name;
}

void rename(text::PromptItem& item, uint64_t item_key) {
  item.title = made_up_name(item_key, kTitleWords);
  if (!item.brand.empty()) item.brand = made_up_name(base::hash64(item.brand), kBrandWords);
}

}  // namespace r2rank::rollout
