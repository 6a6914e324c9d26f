#pragma once

#include <cstdint>
#include <vector>

#include "text/tokenizer.h"

namespace r2rank::text {

/// What a pair of neighbouring tokens merges into, and how early; rank kNoMerge when it does not.
struct Merge {
  static constexpr int32_t kNoMerge = INT32_MAX;
  int32_t rank = kNoMerge;
  TokenId token = -1;
};

/// Pair of tokens -> merge, in an open-addressed table: the look-up is what encoding spends its time on.
class MergeTable {
 public:
  explicit MergeTable(size_t merges);

  /// A pair that is set twice keeps its later merge, as in the reference.
  void set(TokenId left, TokenId right, Merge merge);
  Merge find(TokenId left, TokenId right) const {
    const uint64_t key = key_of(left, right);
    for (size_t slot = slot_of(key);; slot = (slot + 1) & mask_) {
      if (slots_[slot].key == key) return slots_[slot].merge;
      if (slots_[slot].key == kEmpty) return {};
    }
  }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };

  static uint64_t key_of(TokenId left, TokenId right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  size_t slot_of(uint64_t key) const { return (key * 0x9E3779B97F4A7C15u >> 20) & mask_; }

  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t mask_;
};

}  // namespace r2rank::text
