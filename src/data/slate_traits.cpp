#include "data/slate_traits.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/item_statistics.h"

namespace r2rank::data {
namespace {

bool is_relevant(const Slate& slate, int32_t item) {
  const auto found = std::find(slate.candidates.begin(), slate.candidates.end(), item);
  return found != slate.candidates.end() &&
         slate.relevance[static_cast<size_t>(found - slate.candidates.begin())] > 0;
}

/// The last of the events from the history's end on that the slate predicts in a row.
size_t last_target(const Dataset& dataset, const Slate& slate) {
  const auto events = dataset.events(slate.user);
  auto last = static_cast<size_t>(slate.history_end);
  const auto relevant =
      std::count_if(slate.relevance.begin(), slate.relevance.end(), [](float label) { return label > 0; });
  if (relevant < 2) return last;
  while (last + 1 < events.size() && is_relevant(slate, events[last + 1].item)) ++last;
  return last;
}

bool has_cold_item(const Slate& slate, const ItemStatistics& statistics) {
  for (size_t place = 0; place < slate.candidates.size(); ++place)
    if (slate.relevance[place] > 0 && statistics.count[static_cast<size_t>(slate.candidates[place])] == 0)
      return true;
  return false;
}

bool repeats_history(const Dataset& dataset, const Slate& slate) {
  const auto history = dataset.events(slate.user).first(static_cast<size_t>(slate.history_end));
  return std::any_of(history.begin(), history.end(),
                     [&](const Interaction& event) { return is_relevant(slate, event.item); });
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

}  // namespace

bool order_decided_by_ties(const Dataset& dataset, const Slate& slate) {
  if (dataset.time_kind != TimeKind::kReal) return false;
  const auto events = dataset.events(slate.user);
  const auto first = static_cast<size_t>(slate.history_end);
  const size_t last = last_target(dataset, slate);
  const auto same = [&](size_t a, size_t b) { return events[a].time == events[b].time; };
  return (first > 0 && same(first, first - 1)) || (first > 1 && same(first - 1, first - 2)) ||
         (last + 1 < events.size() && same(last, last + 1));
}

std::vector<SlateTraits> slate_traits(const Dataset& dataset, const Split& split, const SlateSet& set) {
  const ItemStatistics statistics = item_statistics(dataset, split);
  std::vector<SlateTraits> traits;
  for (const Slate& slate : set.slates)
    traits.push_back({.tied = order_decided_by_ties(dataset, slate),
                      .cold = has_cold_item(slate, statistics),
                      .repeated = repeats_history(dataset, slate),
                      .missed = !slate.missed.empty()});
  return traits;
}

std::string slate_traits_csv(const Dataset& dataset, const Split& split) {
  std::string text(kSlateTraitsHeader);
  for (const SlateSet* set : {&split.valid, &split.test}) {
    const auto traits = slate_traits(dataset, split, *set);
    for (size_t i = 0; i < traits.size(); ++i)
      text += fmt::format("{},{},{},{:d},{:d},{:d},{:d}\n", set->slates[i].id,
                          quoted(dataset.user_ids[set->slates[i].user]), set->part, traits[i].tied,
                          traits[i].cold, traits[i].repeated, traits[i].missed);
  }
  return text;
}

}  // namespace r2rank::data
