#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace r2rank::data {

/// External ids numbered 0, 1, 2, ... in the order of their first appearance.
class IdTable {
 public:
  IdTable() = default;
  IdTable(const IdTable&) = delete;  // the index points into ids_
  IdTable& operator=(const IdTable&) = delete;
  IdTable(IdTable&&) noexcept = default;
  IdTable& operator=(IdTable&&) noexcept = default;

  /// The index of `id`, added when it is new. Errors: kData when there would be more than 2^31 - 1.
  int32_t intern(std::string_view id);
  /// The index of `id`, or -1.
  int32_t find(std::string_view id) const;
  int64_t size() const { return static_cast<int64_t>(ids_.size()); }
  const std::string& id(int32_t index) const { return ids_[static_cast<size_t>(index)]; }

 private:
  std::deque<std::string> ids_;  // a deque: its strings never move
  std::unordered_map<std::string_view, int32_t> index_;
};

}  // namespace r2rank::data
