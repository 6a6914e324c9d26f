#include "data/dataset_description.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "data/item_statistics.h"
#include "data/negative_sampler.h"

namespace r2rank::data {
namespace {

constexpr int64_t kSpans = 12;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int64_t words_of(const std::string& text) {
  int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    words += !inside && !is_space(c);
    inside = !is_space(c);
  }
  return words;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += part + " ";
  return text;
}

template <class Text>
TextCoverage coverage(const Dataset& dataset, const std::vector<int64_t>& events, const char* field,
                      const Text& text_of) {
  TextCoverage covered{.field = field};
  int64_t words = 0;
  for (size_t item = 0; item < dataset.items.size(); ++item) {
    const int64_t count = words_of(text_of(dataset.items[item]));
    if (count == 0) continue;
    ++covered.items;
    covered.events += events[item];
    words += count;
  }
  if (covered.items > 0) covered.mean_words = static_cast<double>(words) / static_cast<double>(covered.items);
  return covered;
}

int64_t count_shared_titles(const Dataset& dataset) {
  std::unordered_map<std::string, int64_t> items_of;
  for (const Item& item : dataset.items)
    if (!item.title.empty()) ++items_of[item.title];
  int64_t shared = 0;
  for (const auto& [title, items] : items_of)
    if (items > 1) shared += items;
  return shared;
}

void describe_events(const Dataset& dataset, DatasetDescription& description) {
  std::vector<int64_t> lengths, popularity(dataset.items.size(), 0);
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto events = dataset.events(user);
    lengths.push_back(static_cast<int64_t>(events.size()));
    const auto distinct = static_cast<int64_t>(known_items(dataset, user).size());
    description.repeated_pairs += static_cast<int64_t>(events.size()) - distinct;
    for (const Interaction& event : events) ++popularity[static_cast<size_t>(event.item)];
  }
  description.touched_items =
      static_cast<int64_t>(popularity.size()) - std::count(popularity.begin(), popularity.end(), int64_t{0});
  description.head1 = head_share(popularity, 0.01);
  description.head10 = head_share(popularity, 0.1);
  description.head20 = head_share(popularity, 0.2);
  description.history = describe_values(std::move(lengths));
  description.popularity = describe_values(popularity);
  description.text = {
      coverage(dataset, popularity, "title", [](const Item& item) { return item.title; }),
      coverage(dataset, popularity, "brand", [](const Item& item) { return item.brand; }),
      coverage(dataset, popularity, "categories", [](const Item& item) { return joined(item.categories); }),
      coverage(dataset, popularity, "description", [](const Item& item) { return item.description; })};
}

void describe_ties(const Dataset& dataset, DatasetDescription& description) {
  for (int64_t user = 0; user < dataset.users(); ++user) {
    const auto events = dataset.events(user);
    int64_t tied = 0;
    for (size_t i = 0; i < events.size(); ++i)
      tied += (i > 0 && events[i].time == events[i - 1].time) ||
              (i + 1 < events.size() && events[i].time == events[i + 1].time);
    description.tied_events += tied;
    description.tied_users += tied > 0;
  }
}

void describe_timeline(const Dataset& dataset, DatasetDescription& description) {
  const auto [first, last] =
      std::minmax_element(dataset.interactions.begin(), dataset.interactions.end(),
                          [](const auto& a, const auto& b) { return a.time < b.time; });
  description.first_time = first->time;
  description.last_time = last->time;
  const auto begin = static_cast<double>(first->time);
  const double width = (static_cast<double>(last->time) - begin) / kSpans;
  for (int64_t span = 0; span < kSpans; ++span)
    description.timeline.emplace_back(
        static_cast<int64_t>(std::ceil(begin + width * static_cast<double>(span))), 0);
  for (const Interaction& event : dataset.interactions) {
    const double place = width > 0 ? (static_cast<double>(event.time) - begin) / width : 0;
    ++description.timeline[static_cast<size_t>(std::min<int64_t>(kSpans - 1, static_cast<int64_t>(place)))]
          .second;
  }
}

/// The last tenth by time, with all events at its first moment.
ColdStart cold_at_the_end(const Dataset& dataset) {
  std::vector<int64_t> times;
  for (const Interaction& event : dataset.interactions) times.push_back(event.time);
  const auto place = times.begin() + static_cast<ptrdiff_t>(times.size() * 9 / 10);
  std::nth_element(times.begin(), place, times.end());
  std::vector<bool> item_seen(dataset.items.size(), false), user_seen(dataset.user_ids.size(), false);
  for (const Interaction& event : dataset.interactions)
    if (event.time < *place) item_seen[event.item] = user_seen[event.user] = true;
  ColdStart cold;
  for (const Interaction& event : dataset.interactions) {
    if (event.time < *place) continue;
    ++cold.targets;
    cold.cold_items += !item_seen[event.item];
    cold.cold_users += !user_seen[event.user];
  }
  return cold;
}

void describe_ratings(const Dataset& dataset, DatasetDescription& description) {
  std::map<float, int64_t> counts;
  double sum = 0;
  for (const Interaction& event : dataset.interactions) {
    description.unrated += std::isnan(event.rating);
    if (std::isnan(event.rating)) continue;
    ++counts[event.rating];
    sum += event.rating;
  }
  const auto rated = static_cast<int64_t>(dataset.interactions.size()) - description.unrated;
  description.ratings.assign(counts.begin(), counts.end());
  description.mean_rating =
      rated > 0 ? sum / static_cast<double>(rated) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

DatasetDescription describe_dataset(const Dataset& dataset) {
  DatasetDescription description;
  description.users = dataset.users();
  description.items = static_cast<int64_t>(dataset.items.size());
  description.interactions = static_cast<int64_t>(dataset.interactions.size());
  describe_events(dataset, description);
  description.shared_titles = count_shared_titles(dataset);
  describe_ratings(dataset, description);
  if (description.interactions == 0) return description;
  description.density = static_cast<double>(description.interactions - description.repeated_pairs) /
                        (static_cast<double>(description.users) * static_cast<double>(description.items));
  if (dataset.time_kind != TimeKind::kReal) return description;
  describe_ties(dataset, description);
  describe_timeline(dataset, description);
  description.last_tenth = cold_at_the_end(dataset);
  return description;
}

ColdStart cold_start(const Dataset& dataset, const Split& split) {
  const ItemStatistics statistics = item_statistics(dataset, split);
  ColdStart cold;
  for (const Slate& slate : split.test.slates)
    for (size_t place = 0; place < slate.candidates.size(); ++place) {
      if (slate.relevance[place] <= 0) continue;
      ++cold.targets;
      cold.cold_items += statistics.count[static_cast<size_t>(slate.candidates[place])] == 0;
      cold.cold_users += split.training_end[slate.user] == 0;
    }
  return cold;
}

}  // namespace r2rank::data
