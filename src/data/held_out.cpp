#include "data/held_out.h"

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"

namespace r2rank::data {
namespace {

/// The time at the given share of all interactions.
int64_t time_at(std::vector<int64_t>& times, double share) {
  const auto place =
      std::min(static_cast<size_t>(share * static_cast<double>(times.size())), times.size() - 1);
  std::nth_element(times.begin(), times.begin() + static_cast<int64_t>(place), times.end());
  return times[place];
}

}  // namespace

HeldOut leave_one_out(const Dataset& dataset, int64_t min_history) {
  HeldOut held;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto events = static_cast<int32_t>(dataset.events(user).size());
    const bool enough = events >= min_history + 2;
    held.training_end.push_back(enough ? events - 2 : events);
    held.skipped_users += !enough;
    if (!enough) continue;
    held.valid.push_back({user, events - 2});
    held.test.push_back({user, events - 1});
  }
  return held;
}

HeldOut temporal(const Dataset& dataset, int64_t min_history, double valid_from, double test_from) {
  std::vector<int64_t> times;
  for (const Interaction& event : dataset.interactions) times.push_back(event.time);
  const int64_t valid_time = time_at(times, valid_from), test_time = time_at(times, test_from);
  HeldOut held;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto events = dataset.events(user);
    const auto before = [&](const Interaction& event) { return event.time < valid_time; };
    held.training_end.push_back(
        static_cast<int32_t>(std::partition_point(events.begin(), events.end(), before) - events.begin()));
    for (auto position = held.training_end.back(); position < static_cast<int32_t>(events.size());
         ++position) {
      const bool enough = position >= min_history;
      held.skipped_targets += !enough;
      if (enough) (events[position].time < test_time ? held.valid : held.test).push_back({user, position});
    }
  }
  return held;
}

void keep_users(const Dataset& dataset, std::vector<Target>& targets, int64_t count, uint64_t seed,
                uint64_t part) {
  if (count <= 0) return;
  std::vector<std::pair<uint64_t, int32_t>> order;
  for (const Target& target : targets) {
    if (!order.empty() && order.back().second == target.user) continue;
    base::RandomStream stream(seed, base::Purpose::kSplit, base::hash64(dataset.user_ids[target.user]), part);
    const uint64_t high = stream.bits();
    order.emplace_back(high << 32 | stream.bits(), target.user);
  }
  if (count >= static_cast<int64_t>(order.size())) return;
  std::nth_element(order.begin(), order.begin() + count, order.end());
  std::vector<bool> kept(dataset.user_ids.size(), false);
  for (int64_t i = 0; i < count; ++i) kept[order[static_cast<size_t>(i)].second] = true;
  std::erase_if(targets, [&](const Target& target) { return !kept[target.user]; });
}

}  // namespace r2rank::data
