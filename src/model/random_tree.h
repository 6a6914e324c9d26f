#pragma once

// Test support: token trees of random shape.

#include "base/random.h"
#include "model/token_tree.h"

namespace r2rank::model::golden {

/// One to three roots, up to three levels below; runs below a root may be empty, as an empty rationale start
/// is.
struct RandomTree {
  TokenTree tree;
  base::RandomStream random;

  /// Runs of fewer than `longest` tokens.
  explicit RandomTree(uint64_t seed, uint64_t longest = 12)
      : random(seed, base::Purpose::kInit), longest_(longest) {
    const auto roots = 1 + random.below(3);
    for (uint64_t root = 0; root < roots; ++root) grow(TokenTree::kRoot, 0);
  }

 private:
  void grow(int32_t parent, int depth) {
    const auto length = random.below(longest_) + (depth == 0 ? 1 : 0);
    std::vector<int32_t> tokens(length);
    for (auto& token : tokens) token = static_cast<int32_t>(random.below(128));
    const int32_t node = tree.add(parent, tokens);
    if (depth == 3) return;
    for (uint64_t children = random.below(4); children > 0; --children) grow(node, depth + 1);
  }

  uint64_t longest_;
};

}  // namespace r2rank::model::golden
