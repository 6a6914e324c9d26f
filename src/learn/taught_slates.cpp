#include "learn/taught_slates.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "data/early_split.h"

namespace r2rank::learn {
namespace {

// The last key word of these purposes: training slates use 1, others 0 to 3.
constexpr uint64_t kTaughtStreams = 5;

/// The place that a number in (0, 1) falls on, with these shares.
size_t place_of(double number, const std::vector<double>& shares) {
  size_t place = 0;
  for (double sum = shares[0]; place + 1 < shares.size() && number >= sum; sum += shares[place]) ++place;
  return place;
}

}  // namespace

TaughtSlates::TaughtSlates(const data::Dataset& dataset, const data::Split& split, const Teaching& teaching,
                           const Options& options)
    : dataset_(dataset),
      split_(split),
      teaching_(teaching),
      options_(options),
      sampler_(dataset, split.training_end, "uniform"),
      early_end_(data::early_split(split, teaching.withhold, teaching.min_history).training_end) {
  R2RANK_CHECK(options.negative_count >= 1 && options.considered >= 1 && options.slates_per_user >= 1);
  for (int32_t user = 0; user < dataset.users(); ++user)
    if (early_end_[user] < split.training_end[user]) users_.push_back(user);
  if (users_.empty())
    base::fail_usage(
        "train",
        "the rankers that teach know every user's training events to the last one; make signals with "
        "a lower --min-history");
  int64_t fewest = sampler_.distinct_items();
  for (const int32_t user : users_)
    fewest = std::min(fewest, sampler_.available(data::known_items(dataset, user, split.training_end[user])));
  if (fewest <= options.negative_count)
    base::fail_usage(
        "train",
        "expected {} items that a user does not know for each taught slate, found a user with {}; "
        "lower negative_count",
        options.negative_count + 1, fewest);
}

std::vector<double> TaughtSlates::chances(data::Slate slate, std::vector<int32_t> candidates) const {
  slate.candidates = std::move(candidates);
  std::vector<double> chances;
  for (const auto& row : teaching_.rankers->of(slate, true).features) {
    R2RANK_CHECK(row.size() >= teaching_.weights.size());
    chances.push_back(
        std::inner_product(teaching_.weights.begin(), teaching_.weights.end(), row.begin(), 0.0));
  }
  const double top = *std::max_element(chances.begin(), chances.end());
  for (double& chance : chances) chance = std::exp(chance - top);
  const double sum = std::accumulate(chances.begin(), chances.end(), 0.0);
  for (double& chance : chances) chance /= sum;
  return chances;
}

data::Slate TaughtSlates::draw(int64_t n) const {
  const auto key = static_cast<uint64_t>(n), of_user = static_cast<uint64_t>(n / options_.slates_per_user);
  base::RandomStream items(options_.seed, base::Purpose::kNegatives, key, 0, kTaughtStreams);
  data::Slate slate;
  slate.id = -1 - n;  // training slates have the others
  slate.user = users_[base::RandomStream(options_.seed, base::Purpose::kTargets, of_user, 0, kTaughtStreams)
                          .below(users_.size())];
  slate.history_end = slate.window_end = early_end_[slate.user];
  const auto known = data::known_items(dataset_, slate.user, split_.training_end[slate.user]);
  auto drawn = sampler_.draw(
      items, known, std::min(options_.considered + options_.negative_count, sampler_.available(known)));
  const std::vector<int32_t> others(drawn.end() - options_.negative_count, drawn.end());
  drawn.resize(drawn.size() - others.size());
  slate.candidates = {drawn[place_of(items.uniform(), chances(slate, drawn))]};
  slate.candidates.insert(slate.candidates.end(), others.begin(), others.end());
  const auto labels = chances(slate, slate.candidates);
  slate.relevance.assign(labels.begin(), labels.end());
  return slate;
}

}  // namespace r2rank::learn
