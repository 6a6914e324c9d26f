#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace r2rank::distill {

/// Tells texts that repeat earlier ones: the same words, or three-word shingles whose Jaccard similarity
/// reaches a threshold. Candidates for the latter are found by MinHash (Broder 1997) in 32 bands of four
/// hashes (of two where the threshold is below 0.7), and compared exactly: of pairs at a similarity of 0.8
/// one in 20 million is missed, at 0.4 one in 260.
class DuplicateFinder {
 public:
  enum class Kind { kNew, kSame, kNear };

  /// `similarity` >= 1: only the same words count.
  explicit DuplicateFinder(double similarity)
      : similarity_(similarity), rows_(similarity < kFewRows ? 2 : 4) {}

  /// What a text is beside those added as new before; a new one is added.
  Kind add(std::string_view text);

 private:
  static constexpr int64_t kBands = 32;
  static constexpr double kFewRows = 0.7;
  using Shingles = std::vector<uint64_t>;  // sorted, distinct

  bool has_near(const Shingles& shingles, const std::array<uint64_t, kBands>& bands) const;

  double similarity_;
  uint64_t rows_;  // hashes of a band
  std::unordered_set<uint64_t> words_;
  std::vector<Shingles> texts_;
  std::array<std::unordered_map<uint64_t, std::vector<size_t>>, kBands> bands_;
};

}  // namespace r2rank::distill
