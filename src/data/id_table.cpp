#include "data/id_table.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/hash.h"

namespace r2rank::data {
namespace {

constexpr size_t kFirstSlots = 1024;

uint32_t tag_of(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 32);
}

}  // namespace

std::string_view IdTable::id(int32_t index) const {
  const auto place = static_cast<size_t>(index);
  const uint64_t begin = place == 0 ? 0 : ends_[place - 1];
  return std::string_view(bytes_).substr(begin, ends_[place] - begin);
}

/// The slot that holds `id`, or the free one where it belongs. REQUIRES: a free slot.
size_t IdTable::slot_of(std::string_view id, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  for (size_t place = hash & mask;; place = (place + 1) & mask) {
    const Slot& slot = slots_[place];
    if (slot.index < 0 || (slot.tag == tag_of(hash) && this->id(slot.index) == id)) return place;
  }
}

int32_t IdTable::intern(std::string_view id) {
  if (2 * ends_.size() >= slots_.size()) grow();
  const uint64_t hash = base::hash64(id);
  Slot& slot = slots_[slot_of(id, hash)];
  if (slot.index >= 0) return slot.index;
  if (ends_.size() >= static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    base::fail_data("import", "expected fewer than 2^31 different ids; split the log into smaller ones");
  slot = {tag_of(hash), static_cast<int32_t>(ends_.size())};
  bytes_ += id;
  ends_.push_back(bytes_.size());
  return slot.index;
}

int32_t IdTable::find(std::string_view id) const {
  return slots_.empty() ? -1 : slots_[slot_of(id, base::hash64(id))].index;
}

void IdTable::grow() {
  slots_.assign(std::max(kFirstSlots, 2 * slots_.size()), {});
  for (int32_t index = 0; index < size(); ++index) {
    const uint64_t hash = base::hash64(id(index));
    slots_[slot_of(id(index), hash)] = {tag_of(hash), index};
  }
}

}  // namespace r2rank::data
