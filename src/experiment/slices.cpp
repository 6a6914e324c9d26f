#include "experiment/slices.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "base/stable_sort.h"
#include "data/item_statistics.h"
#include "data/slate_traits.h"

namespace r2rank::experiment {
namespace {

constexpr int32_t kHistoryBounds[] = {0, 1, 5, 10, 20, 50, 100};
constexpr int32_t kPopularityBounds[] = {0, 1, 5, 20, 100, 500};
constexpr size_t kShownCategories = 8;
constexpr double kLargestShare = 0.9;
constexpr const char* kOther = "other";
constexpr const char* kNoCategory = "no category";

struct SliceSource {
  const data::Dataset& dataset;
  const data::Split& split;
  const data::SlateSet& slates;
};

/// "0", "1-4", "100+": the bins that begin at each bound.
std::vector<std::string> bin_names(std::span<const int32_t> bounds) {
  std::vector<std::string> names;
  for (size_t i = 0; i < bounds.size(); ++i) {
    if (i + 1 == bounds.size())
      names.push_back(fmt::format("{}+", bounds[i]));
    else if (bounds[i + 1] - bounds[i] == 1)
      names.push_back(fmt::format("{}", bounds[i]));
    else
      names.push_back(fmt::format("{}-{}", bounds[i], bounds[i + 1] - 1));
  }
  return names;
}

Slice binned(const std::string& name, std::span<const int32_t> bounds, const std::vector<int32_t>& values) {
  Slice slice{name, bin_names(bounds), {}};
  for (const int32_t value : values)
    slice.label_of.push_back(
        static_cast<int32_t>(std::upper_bound(bounds.begin(), bounds.end(), value) - bounds.begin()) - 1);
  return slice;
}

/// Drops labels that no slate has.
Slice without_empty_labels(const Slice& slice) {
  std::vector<int64_t> counts(slice.labels.size(), 0);
  for (const int32_t label : slice.label_of)
    if (label >= 0) ++counts[static_cast<size_t>(label)];
  Slice kept{slice.name, {}, {}};
  std::vector<int32_t> place(slice.labels.size(), -1);
  for (size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] == 0) continue;
    place[label] = static_cast<int32_t>(kept.labels.size());
    kept.labels.push_back(slice.labels[label]);
  }
  for (const int32_t label : slice.label_of)
    kept.label_of.push_back(label < 0 ? -1 : place[static_cast<size_t>(label)]);
  return kept;
}

/// The relevant item of each slate; of several the one with the fewest training events.
std::vector<int32_t> targets_of(const data::SlateSet& slates, const data::ItemStatistics& statistics) {
  std::vector<int32_t> targets;
  for (const auto& slate : slates.slates) {
    int32_t target = -1;
    for (size_t i = 0; i < slate.candidates.size(); ++i) {
      const int32_t item = slate.candidates[i];
      const bool relevant = slate.relevance[i] > 0;
      if (relevant && (target < 0 || statistics.count[item] < statistics.count[target])) target = item;
    }
    R2RANK_CHECK(target >= 0);
    targets.push_back(target);
  }
  return targets;
}

Slice by_history(const SliceSource& source) {
  std::vector<int32_t> lengths;
  for (const auto& slate : source.slates.slates) lengths.push_back(slate.history_end);
  return binned("history", kHistoryBounds, lengths);
}

std::vector<int32_t> target_counts(const SliceSource& source) {
  const auto statistics = data::item_statistics(source.dataset, source.split);
  auto counts = targets_of(source.slates, statistics);
  for (int32_t& value : counts) value = statistics.count[value];
  return counts;
}

Slice by_popularity(const SliceSource& source) {
  return binned("popularity", kPopularityBounds, target_counts(source));
}

Slice by_cold(const SliceSource& source) {
  Slice slice{"cold", {"cold", "warm"}, {}};
  for (const int32_t count : target_counts(source)) slice.label_of.push_back(count > 0 ? 1 : 0);
  return slice;
}

/// The categories at one level, items without so many levels at their last.
std::vector<std::string> categories_at(const data::Dataset& dataset, std::span<const int32_t> targets,
                                       size_t level) {
  std::vector<std::string> names;
  for (const int32_t target : targets) {
    const auto& categories = dataset.items[target].categories;
    names.push_back(categories.empty() ? kNoCategory : categories[std::min(level, categories.size() - 1)]);
  }
  return names;
}

/// Names with their number of slates, the most frequent first.
std::vector<std::pair<int64_t, std::string>> counted(const std::vector<std::string>& names) {
  std::map<std::string, int64_t> counts;
  for (const auto& name : names) ++counts[name];
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
  sorted =
      base::stable_sorted(std::move(sorted), [](const auto& a, const auto& b) { return a.first > b.first; });
  return sorted;
}

std::vector<std::string> telling_categories(const data::Dataset& dataset, std::span<const int32_t> targets) {
  size_t deepest = 1;
  for (const int32_t target : targets) deepest = std::max(deepest, dataset.items[target].categories.size());
  for (size_t level = 0; level < deepest; ++level) {
    auto names = categories_at(dataset, targets, level);
    const auto most = static_cast<double>(names.empty() ? 0 : counted(names).front().first);
    if (most <= kLargestShare * static_cast<double>(names.size())) return names;
  }
  return categories_at(dataset, targets, 0);
}

Slice by_category(const SliceSource& source) {
  const auto targets = targets_of(source.slates, data::item_statistics(source.dataset, source.split));
  const auto names = telling_categories(source.dataset, targets);
  Slice slice{"category", {}, {}};
  for (const auto& [count, name] : counted(names))
    if (slice.labels.size() < kShownCategories && name != kOther) slice.labels.push_back(name);
  slice.labels.push_back(kOther);
  for (const auto& name : names) {
    const auto found = std::find(slice.labels.begin(), slice.labels.end() - 1, name);
    slice.label_of.push_back(static_cast<int32_t>(found - slice.labels.begin()));
  }
  return slice;
}

/// By users: a figure without ties is over users none of whose slates has one.
Slice by_ties(const SliceSource& source) {
  std::unordered_set<int32_t> tied;
  for (const auto& slate : source.slates.slates)
    if (data::order_decided_by_ties(source.dataset, slate)) tied.insert(slate.user);
  Slice slice{"tied", {"untied", "tied"}, {}};
  for (const auto& slate : source.slates.slates) slice.label_of.push_back(tied.contains(slate.user) ? 1 : 0);
  return slice;
}

struct SliceMaker {
  const char* name;
  Slice (*make)(const SliceSource&);
};
constexpr SliceMaker kMakers[] = {{"history", by_history},
                                  {"popularity", by_popularity},
                                  {"cold", by_cold},
                                  {"category", by_category},
                                  {"tied", by_ties}};

}  // namespace

std::vector<std::string> slice_names() {
  std::vector<std::string> names;
  for (const auto& maker : kMakers) names.emplace_back(maker.name);
  return names;
}

Slice make_slice(const std::string& name, const data::Dataset& dataset, const data::Split& split,
                 const data::SlateSet& slates) {
  for (const auto& maker : kMakers)
    if (name == maker.name) return without_empty_labels(maker.make({dataset, split, slates}));
  const auto near = base::nearest_name(name, slice_names());
  base::fail_usage("eval", "expected a slice of {} (found: '{}'){}", fmt::join(slice_names(), ", "), name,
                   near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

metrics::PerUserResults within_slice(const metrics::PerUserResults& results, const Slice& slice,
                                     int32_t label) {
  R2RANK_CHECK(results.slate_ids.size() == slice.label_of.size());
  metrics::PerUserResults part;
  part.scorer = results.scorer;
  part.protocol = results.protocol;
  part.training_hash = results.training_hash;
  part.slates_hash = results.slates_hash;
  for (size_t row = 0; row < slice.label_of.size(); ++row) {
    if (slice.label_of[row] != label) continue;
    part.slate_ids.push_back(results.slate_ids[row]);
    part.user_ids.push_back(results.user_ids[row]);
    for (const auto& [metric, values] : results.values) part.values[metric].push_back(values[row]);
  }
  return part;
}

}  // namespace r2rank::experiment
