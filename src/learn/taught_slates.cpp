#include "learn/taught_slates.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace r2rank::learn {
namespace {

constexpr uint64_t kTaughtStreams = 2;  // last key word: training slates use 1, held-out ones 0

/// The place that a number in [0, 1) falls on, with these shares.
size_t place_of(double number, const std::vector<double>& shares) {
  size_t place = 0;
  for (double sum = shares[0]; place + 1 < shares.size() && number >= sum; sum += shares[place]) ++place;
  return place;
}

void divide_by_sum(std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
}

}  // namespace

TaughtSlates::TaughtSlates(const data::Dataset& dataset, const data::Split& split, const Teaching& teaching,
                           const Options& options)
    : dataset_(dataset),
      split_(split),
      teaching_(teaching),
      options_(options),
      sampler_(dataset, split.training_end, "uniform") {
  R2RANK_CHECK(options.negative_count >= 1 && options.considered >= 1);
  for (int32_t user = 0; user < dataset.users(); ++user)
    if (split.training_end[user] > options.min_history) users_.push_back(user);
  if (users_.empty())
    base::fail_usage("train",
                     "expected users with at least {} training events to be taught about, found none; lower "
                     "min_history",
                     options.min_history + 1);
  for (const int32_t user : users_) {
    const auto unknown = sampler_.available(data::known_items(dataset, user, split.training_end[user]));
    if (unknown <= options.negative_count)
      base::fail_usage(
          "train",
          "expected {} items that a user does not know for each taught slate, found a user with {}; "
          "lower negative_count",
          options.negative_count + 1, unknown);
  }
}

std::vector<double> TaughtSlates::chances(const data::Slate& slate) const {
  const auto features = teaching_.rankers->of(slate, false).features;  // [K][F]
  std::vector<double> logits;
  for (const auto& row : features) {
    R2RANK_CHECK(row.size() >= teaching_.weights.size());
    logits.push_back(
        std::inner_product(teaching_.weights.begin(), teaching_.weights.end(), row.begin(), 0.0));
  }
  const double top = *std::max_element(logits.begin(), logits.end());
  for (double& logit : logits) logit = std::exp(logit - top);
  divide_by_sum(logits);
  return logits;
}

data::Slate TaughtSlates::draw(int64_t n) const {
  const auto key = static_cast<uint64_t>(n);
  base::RandomStream target(options_.seed, base::Purpose::kTargets, key, 0, kTaughtStreams),
      items(options_.seed, base::Purpose::kNegatives, key, 0, kTaughtStreams);
  data::Slate slate;
  slate.id = n;
  slate.user = users_[target.below(users_.size())];
  slate.history_end = slate.window_end = split_.training_end[slate.user];
  const auto known = data::known_items(dataset_, slate.user, slate.history_end);
  const int64_t wanted = std::max(options_.considered, options_.negative_count + 1);
  slate.candidates = sampler_.draw(items, known, std::min(wanted, sampler_.available(known)));
  slate.relevance.assign(slate.candidates.size(), 1.0F);  // nobody knows: the rankers are asked about all
  auto shares = chances(slate);

  // Those drawn were in random order: the likely one goes first, the others behind it are a uniform draw.
  const auto likely = static_cast<std::ptrdiff_t>(place_of(target.uniform(), shares));
  std::rotate(slate.candidates.begin(), slate.candidates.begin() + likely,
              slate.candidates.begin() + likely + 1);
  std::rotate(shares.begin(), shares.begin() + likely, shares.begin() + likely + 1);
  const auto kept = static_cast<size_t>(options_.negative_count) + 1;
  slate.candidates.resize(kept);
  shares.resize(kept);
  divide_by_sum(shares);
  slate.relevance.assign(shares.begin(), shares.end());
  return slate;
}

}  // namespace r2rank::learn
