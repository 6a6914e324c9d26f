#include "data/log_filters.h"

#include <algorithm>

namespace r2rank::data {
namespace {

/// Marks the events whose item came before in the same user's run of [begin, end), read in the given
/// direction.
template <class Iterator>
void mark_repeated(const Iterator& begin, const Iterator& end, std::vector<bool>& repeated,
                   const Interaction* base) {
  std::vector<int32_t> last_user;  // [items] who met the item last: events come user by user
  for (auto event = begin; event != end; ++event) {
    const auto item = static_cast<size_t>(event->item);
    if (item >= last_user.size()) last_user.resize(item + item / 2 + 1, -1);
    if (last_user[item] == event->user) repeated[static_cast<size_t>(&*event - base)] = true;
    last_user[item] = event->user;
  }
}

}  // namespace

int64_t drop_low_ratings(std::vector<Interaction>& events, double lowest) {
  const auto least = static_cast<float>(lowest);  // as ratings are: 4.1 is not below 4.1
  return static_cast<int64_t>(
      std::erase_if(events, [&](const Interaction& event) { return event.rating < least; }));
}

int64_t drop_outside(std::vector<Interaction>& events, int64_t from, int64_t to) {
  return static_cast<int64_t>(
      std::erase_if(events, [&](const Interaction& event) { return event.time < from || event.time >= to; }));
}

int64_t drop_duplicates(std::vector<Interaction>& events, const std::string& policy) {
  if (policy == "keep-all") return 0;
  std::vector<bool> repeated(events.size(), false);
  if (policy == "keep-last") {
    mark_repeated(events.rbegin(), events.rend(), repeated, events.data());
  } else {
    mark_repeated(events.begin(), events.end(), repeated, events.data());
  }
  size_t kept = 0;
  for (size_t i = 0; i < events.size(); ++i)
    if (!repeated[i]) events[kept++] = events[i];
  const auto dropped = static_cast<int64_t>(events.size() - kept);
  events.resize(kept);
  return dropped;
}

int64_t count_equal_times(const std::vector<Interaction>& events) {
  int64_t equal = 0;
  for (size_t i = 1; i < events.size(); ++i)
    equal += events[i].user == events[i - 1].user && events[i].time == events[i - 1].time;
  return equal;
}

}  // namespace r2rank::data
