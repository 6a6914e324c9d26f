#include "data/dataset_hash.h"

#include <bit>
#include <cmath>

#include "base/hash.h"

namespace r2rank::data {
namespace {

/// Collects values as little-endian bytes; every full block is replaced by its hash, so that memory stays
/// small.
class Digest {
 public:
  void number(uint64_t value, int bytes) {
    static_assert(std::endian::native == std::endian::little);
    block_.append(reinterpret_cast<const char*>(&value), static_cast<size_t>(bytes));
    if (block_.size() >= kBlock) close_block();
  }
  void text(std::string_view value) {
    number(value.size(), 8);
    block_ += value;
  }
  std::string finish() {
    close_block();
    return base::hash_hex(hashes_);
  }

 private:
  static constexpr size_t kBlock = size_t{1} << 24;
  void close_block() {
    hashes_ += base::hash_hex(block_);
    block_.clear();
  }
  std::string block_, hashes_;
};

void add_item(Digest& digest, const Item& item) {
  digest.text(item.id);
  digest.text(item.title);
  digest.text(item.brand);
  digest.number(item.categories.size(), 8);
  for (const std::string& category : item.categories) digest.text(category);
  digest.text(item.description);
}

uint32_t rating_bits(float rating) {
  constexpr uint32_t kCanonicalNan = 0x7fc00000;
  return std::isnan(rating) ? kCanonicalNan : std::bit_cast<uint32_t>(rating);
}

}  // namespace

std::string dataset_hash(const Dataset& dataset) {
  Digest digest;
  digest.number(dataset.time_kind == TimeKind::kOrder, 1);
  digest.number(dataset.has_ratings, 1);
  digest.number(dataset.user_ids.size(), 8);
  for (const std::string& id : dataset.user_ids) digest.text(id);
  digest.number(dataset.items.size(), 8);
  for (const Item& item : dataset.items) add_item(digest, item);
  digest.number(dataset.interactions.size(), 8);
  for (const Interaction& event : dataset.interactions) {
    digest.number(static_cast<uint32_t>(event.user), 4);
    digest.number(static_cast<uint32_t>(event.item), 4);
    digest.number(static_cast<uint64_t>(event.time), 8);
    digest.number(rating_bits(event.rating), 4);
  }
  return digest.finish();
}

}  // namespace r2rank::data
