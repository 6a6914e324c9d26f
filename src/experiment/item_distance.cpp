#include "experiment/item_distance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>

namespace r2rank::experiment {
namespace {

constexpr size_t kMostKnown = 20'000'000;  // pairs, some 600 MB; beyond them distances are computed anew

void sort_unique(std::vector<int32_t>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

double shared(std::span<const int32_t> a, std::span<const int32_t> b) {
  double count = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) ++count;
    const bool first = a[i] <= b[j], second = b[j] <= a[i];
    i += first;
    j += second;
  }
  return count;
}

}  // namespace

CategoryDistance::CategoryDistance(const data::Dataset& dataset) : categories_(dataset.items.size()) {
  std::map<std::string, int32_t> numbers;
  for (size_t item = 0; item < categories_.size(); ++item) {
    for (const auto& name : dataset.items[item].categories)
      categories_[item].push_back(
          numbers.try_emplace(name, static_cast<int32_t>(numbers.size())).first->second);
    sort_unique(categories_[item]);
  }
}

double CategoryDistance::operator()(int32_t a, int32_t b) const {
  const auto& first = categories_[static_cast<size_t>(a)];
  const auto& second = categories_[static_cast<size_t>(b)];
  if (first.empty() || second.empty()) return 1;
  const double both = shared(first, second);
  return 1 - both / (static_cast<double>(first.size() + second.size()) - both);
}

CooccurrenceDistance::CooccurrenceDistance(const data::Dataset& dataset, const data::Split& split)
    : users_(dataset.items.size()) {
  for (int64_t user = 0; user < dataset.users(); ++user)
    for (const auto& event : dataset.events(user).first(static_cast<size_t>(split.training_end[user])))
      users_[static_cast<size_t>(event.item)].push_back(static_cast<int32_t>(user));
  for (auto& users : users_) sort_unique(users);
}

double CooccurrenceDistance::operator()(int32_t a, int32_t b) {
  const uint64_t pair =
      uint64_t{static_cast<uint32_t>(std::min(a, b))} << 32 | static_cast<uint32_t>(std::max(a, b));
  if (const auto found = known_.find(pair); found != known_.end()) return found->second;
  const auto& first = users_[static_cast<size_t>(a)];
  const auto& second = users_[static_cast<size_t>(b)];
  double distance = 1;
  if (!first.empty() && !second.empty())
    distance -= shared(first, second) /
                std::sqrt(static_cast<double>(first.size()) * static_cast<double>(second.size()));
  if (known_.size() < kMostKnown) known_[pair] = static_cast<float>(distance);
  return static_cast<float>(distance);
}

}  // namespace r2rank::experiment
