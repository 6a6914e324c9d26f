#include "data/k_core.h"

#include <algorithm>

namespace r2rank::data {
namespace {

struct Degrees {
  std::vector<int64_t> users, items;
};

Degrees count_degrees(const std::vector<Interaction>& events, int64_t users, int64_t items) {
  Degrees degrees{std::vector<int64_t>(static_cast<size_t>(users)),
                  std::vector<int64_t>(static_cast<size_t>(items))};
  for (const Interaction& event : events) {
    ++degrees.users[event.user];
    ++degrees.items[event.item];
  }
  return degrees;
}

int64_t present(const std::vector<int64_t>& counts) {
  return std::count_if(counts.begin(), counts.end(), [](int64_t count) { return count > 0; });
}

}  // namespace

CoreCounts keep_core(std::vector<Interaction>& events, int64_t users, int64_t items, int64_t user_core,
                     int64_t item_core) {
  CoreCounts dropped;
  if (user_core <= 1 && item_core <= 1) return dropped;
  const Degrees before = count_degrees(events, users, items);
  Degrees now = before;
  while (true) {
    const size_t removed = std::erase_if(events, [&](const Interaction& event) {
      return now.users[event.user] < user_core || now.items[event.item] < item_core;
    });
    if (removed == 0) break;
    dropped.interactions += static_cast<int64_t>(removed);
    ++dropped.rounds;
    now = count_degrees(events, users, items);
  }
  dropped.users = present(before.users) - present(now.users);
  dropped.items = present(before.items) - present(now.items);
  return dropped;
}

}  // namespace r2rank::data
