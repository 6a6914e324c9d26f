#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2rank::data {

/// External ids numbered 0, 1, 2, ... in the order of their first appearance. Besides its bytes an id takes
/// 8 bytes and a slot of 8 in a table that is filled to between a quarter and a half.
class IdTable {
 public:
  /// The index of `id`, added when it is new. Errors: kData when there would be more than 2^31 - 1.
  int32_t intern(std::string_view id);
  /// The index of `id`, or -1.
  int32_t find(std::string_view id) const;
  int64_t size() const { return static_cast<int64_t>(ends_.size()); }
  /// Valid until the next intern().
  std::string_view id(int32_t index) const;

 private:
  struct Slot {
    uint32_t tag = 0;
    int32_t index = -1;
  };
  size_t slot_of(std::string_view id, uint64_t hash) const;
  void grow();

  std::string bytes_;           // all ids, one after the other
  std::vector<uint64_t> ends_;  // where each ends
  std::vector<Slot> slots_;     // open addressing; a power of two of them
};

}  // namespace r2rank::data
