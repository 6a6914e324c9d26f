#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "base/random.h"
#include "baselines/scorer.h"

namespace r2rank::baselines::testing {

/// A dataset whose users are given by their items in order, over `items` items called "i0", "i1", ...
inline data::Dataset dataset_of(const std::vector<std::vector<int32_t>>& histories, int64_t items) {
  data::Dataset dataset;
  dataset.name = "test";
  dataset.time_kind = data::TimeKind::kOrder;
  dataset.user_offsets = {0};
  for (int64_t item = 0; item < items; ++item)
    dataset.items.push_back({fmt::format("i{}", item), "", "", {}, ""});
  for (const auto& history : histories) {
    const auto user = static_cast<int32_t>(dataset.user_ids.size());
    dataset.user_ids.push_back(fmt::format("u{}", user));
    for (size_t t = 0; t < history.size(); ++t) {
      dataset.interactions.push_back({user, history[t], static_cast<int64_t>(t), NAN});
    }
    dataset.user_offsets.push_back(static_cast<int64_t>(dataset.interactions.size()));
  }
  return dataset;
}

/// Everything but each user's last two events is training data.
inline data::Split leave_last_two(const data::Dataset& dataset) {
  data::Split split;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    split.training_end.push_back(std::max(0, static_cast<int32_t>(dataset.events(user).size()) - 2));
  }
  return split;
}

/// A slate whose target is the last event of the user, with the given candidates.
inline data::Slate last_event_slate(const data::Dataset& dataset, int32_t user,
                                    std::vector<int32_t> candidates) {
  data::Slate slate;
  slate.id = user;
  slate.user = user;
  slate.history_end = static_cast<int32_t>(dataset.events(user).size()) - 1;
  slate.candidates = std::move(candidates);
  slate.relevance.assign(slate.candidates.size(), 0.0F);
  slate.relevance[0] = 1;
  return slate;
}

inline std::vector<int32_t> all_items(const data::Dataset& dataset) {
  std::vector<int32_t> items;
  for (size_t item = 0; item < dataset.items.size(); ++item) items.push_back(static_cast<int32_t>(item));
  return items;
}

/// Users with 3 to 12 events over a small catalogue, some items repeated; titles of words shared between
/// items.
inline data::Dataset random_dataset(uint64_t seed, int64_t users, int64_t items) {
  base::RandomStream stream(seed, base::Purpose::kInit);
  std::vector<std::vector<int32_t>> histories(users);
  for (auto& history : histories) {
    history.resize(3 + stream.below(10));
    for (auto& item : history) item = static_cast<int32_t>(stream.below(items));
  }
  data::Dataset dataset = dataset_of(histories, items);
  for (auto& item : dataset.items) {
    for (int word = 0; word < 5; ++word) item.title += fmt::format("word{} ", stream.below(30));
  }
  return dataset;
}

/// Scores of all items, [B][items].
inline std::vector<std::vector<float>> catalogue_scores(Scorer& scorer, std::span<const data::Slate> slates,
                                                        int64_t items) {
  scorer.set_catalogue(items);
  std::vector<float> flat(slates.size() * static_cast<size_t>(items), NAN);
  scorer.score_catalogue(slates, flat);
  std::vector<std::vector<float>> rows;
  for (auto row = flat.begin(); row != flat.end(); row += items) rows.emplace_back(row, row + items);
  return rows;
}

}  // namespace r2rank::baselines::testing
