#include "distill/duplicates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

#include "base/hash.h"
#include "base/random.h"
#include "distill/words.h"

namespace r2rank::distill {
namespace {

constexpr size_t kShingle = 3;

std::vector<uint64_t> shingles_of(const std::vector<std::string>& words) {
  std::vector<uint64_t> all;
  for (size_t at = 0; at == 0 || at + kShingle <= words.size(); ++at) {
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = words.begin() + static_cast<std::ptrdiff_t>(std::min(at + kShingle, words.size()));
    all.push_back(base::hash64(fmt::format("{}", fmt::join(first, last, " "))));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

double jaccard(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  std::vector<uint64_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(a.size() + b.size() - both.size());
}

uint64_t least_hash(const std::vector<uint64_t>& shingles, uint64_t function) {
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (const uint64_t shingle : shingles) least = std::min(least, base::mix({shingle, function}));
  return least;
}

template <size_t bands>
std::array<uint64_t, bands> band_keys(const std::vector<uint64_t>& shingles, uint64_t rows) {
  std::array<uint64_t, bands> keys{};
  for (uint64_t function = 0; function < bands * rows; ++function)
    keys[function / rows] = base::mix({keys[function / rows], least_hash(shingles, function)});
  return keys;
}

}  // namespace

DuplicateFinder::Kind DuplicateFinder::add(std::string_view text) {
  const auto words = words_of(text);
  if (!words_.insert(base::hash64(fmt::format("{}", fmt::join(words, " ")))).second) return Kind::kSame;
  if (similarity_ >= 1) return Kind::kNew;
  Shingles shingles = shingles_of(words);
  const auto bands = band_keys<kBands>(shingles, rows_);
  if (has_near(shingles, bands)) return Kind::kNear;
  for (size_t band = 0; band < bands.size(); ++band) bands_[band][bands[band]].push_back(texts_.size());
  texts_.push_back(std::move(shingles));
  return Kind::kNew;
}

bool DuplicateFinder::has_near(const Shingles& shingles, const std::array<uint64_t, kBands>& bands) const {
  std::unordered_set<size_t> seen;
  for (size_t band = 0; band < bands.size(); ++band) {
    const auto found = bands_[band].find(bands[band]);
    if (found == bands_[band].end()) continue;
    for (const size_t other : found->second)
      if (seen.insert(other).second && jaccard(shingles, texts_[other]) >= similarity_) return true;
  }
  return false;
}

}  // namespace r2rank::distill
