#include "data/held_out.h"

#include <algorithm>
#include <cmath>

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

/// Times of the events with at least `earlier` earlier ones of their user.
std::vector<int64_t> times_of(const Dataset& dataset, int64_t earlier) {
  std::vector<int64_t> times;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    const auto events = dataset.events(user);
    for (auto event = static_cast<size_t>(earlier); event < events.size(); ++event)
      times.push_back(events[event].time);
  }
  return times;
}

/// A share of `events`, rounded down, at least one. A tenth of ten is one, whatever doubles make of it.
int32_t at_least_one(double share, int32_t events) {
  return std::max(1, static_cast<int32_t>(std::floor(share * events + 1e-9)));
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

HeldOut temporal(const Dataset& dataset, int64_t min_history, const Shares& shares) {
  std::vector<int64_t> times = times_of(dataset, shares.of == "targets" ? min_history : 0);
  HeldOut held;
  if (times.empty()) times.push_back(0);  // no target at all: whatever is held out is skipped
  const int64_t valid_time = time_at(times, shares.valid_from), test_time = time_at(times, shares.test_from);
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

HeldOut ratio(const Dataset& dataset, int64_t min_history, const Shares& shares) {
  HeldOut held;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto events = static_cast<int32_t>(dataset.events(user).size());
    const bool enough = events >= min_history + 2;
    held.skipped_users += !enough;
    held.training_end.push_back(events);
    if (!enough) continue;
    const int32_t test = events - at_least_one(1 - shares.test_from, events);
    const int32_t valid = std::max(0, test - at_least_one(shares.test_from - shares.valid_from, events));
    held.training_end.back() = valid;
    for (int32_t position = valid; position < events; ++position) {
      held.skipped_targets += position < min_history;
      if (position >= min_history) (position < test ? held.valid : held.test).push_back({user, position});
    }
  }
  return held;
}

void join_targets(std::vector<Target>& targets) {
  std::vector<Target> joined;
  for (const Target& target : targets) {
    const bool next = !joined.empty() && joined.back().user == target.user &&
                      joined.back().position + joined.back().count == target.position;
    if (next)
      joined.back().count += target.count;
    else
      joined.push_back(target);
  }
  targets = std::move(joined);
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
