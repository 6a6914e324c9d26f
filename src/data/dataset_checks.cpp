#include "data/dataset_checks.h"

#include <cmath>
#include <functional>
#include <unordered_set>

#include "base/error.h"

namespace r2rank::data {
namespace {

void check_ids(const auto& entries, const auto& id_of, std::string_view what, const std::string& source) {
  std::unordered_set<std::string_view> seen;
  for (const auto& entry : entries) {
    const std::string& id = std::invoke(id_of, entry);
    if (id.empty())
      base::fail_data("dataset", "expected an id for every {} in {}, found an empty one", what, source);
    if (!seen.insert(id).second)
      base::fail_data("dataset", "expected distinct {} ids in {}, found '{}' twice", what, source, id);
  }
}

void check_event(const Dataset& dataset, size_t place, const std::string& source) {
  const Interaction& event = dataset.interactions[place];
  const auto within = [](int64_t index, size_t size) {
    return index >= 0 && index < static_cast<int64_t>(size);
  };
  if (!within(event.user, dataset.user_ids.size()) || !within(event.item, dataset.items.size()))
    base::fail_data("dataset", "expected user < {} and item < {} in interaction {} of {}, found {} and {}",
                    dataset.user_ids.size(), dataset.items.size(), place, source, event.user, event.item);
  const bool rated = !std::isnan(event.rating);
  if (rated && (!dataset.has_ratings || !std::isfinite(event.rating) || event.rating < 0))
    base::fail_data("dataset", "expected {} in interaction {} of {}, found the rating {}",
                    dataset.has_ratings ? "a finite rating of 0 or more" : "no rating", place, source,
                    event.rating);
  if (event.time < 0)
    base::fail_data("dataset", "expected a time of 0 or more in interaction {} of {}", place, source);
  if (place == 0) return;
  const Interaction& before = dataset.interactions[place - 1];
  if (event.user < before.user || (event.user == before.user && event.time < before.time))
    base::fail_data("dataset",
                    "expected interactions sorted by user and time in {}, found number {} out of order",
                    source, place);
}

void check_contents(const Dataset& dataset, const std::string& source) {
  check_ids(dataset.user_ids, std::identity{}, "user", source);
  check_ids(dataset.items, &Item::id, "item", source);
  for (size_t place = 0; place < dataset.interactions.size(); ++place) check_event(dataset, place, source);
}

std::vector<int64_t> offsets_of(const Dataset& dataset) {
  std::vector<int64_t> offsets(dataset.user_ids.size() + 1, 0);
  for (const Interaction& event : dataset.interactions) ++offsets[static_cast<size_t>(event.user) + 1];
  for (size_t user = 0; user < dataset.user_ids.size(); ++user) offsets[user + 1] += offsets[user];
  return offsets;
}

void check_positions(const Dataset& dataset, const std::string& source) {
  for (const Interaction& event : dataset.interactions) {
    const int64_t position = &event - dataset.interactions.data() - dataset.user_offsets[event.user];
    if (event.time != position)
      base::fail_data("dataset",
                      "expected positions 0, 1, 2, ... as times of user '{}' in {}, found {} at position {}",
                      dataset.user_ids[event.user], source, event.time, position);
  }
}

}  // namespace

void set_offsets(Dataset& dataset) {
  dataset.user_offsets = offsets_of(dataset);
}

void finish_dataset(Dataset& dataset, const std::string& source) {
  check_contents(dataset, source);
  set_offsets(dataset);
  if (dataset.time_kind == TimeKind::kOrder) check_positions(dataset, source);
}

void check_dataset(const Dataset& dataset, const std::string& source) {
  check_contents(dataset, source);
  if (dataset.user_offsets != offsets_of(dataset))
    base::fail_data("dataset", "expected user offsets that match the interactions of {}", source);
  if (dataset.time_kind == TimeKind::kOrder) check_positions(dataset, source);
}

}  // namespace r2rank::data
