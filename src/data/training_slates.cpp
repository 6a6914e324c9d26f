#include "data/training_slates.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "base/error.h"
#include "data/slate_builder.h"
#include "data/split.h"

namespace r2rank::data {
namespace {

constexpr uint64_t kTrainingStreams =
    1;  // last key word: held-out slates use 0, so that the two never share numbers
constexpr uint64_t kOrderStreams = 1, kStartStreams = 2;  // key word before it: what of an epoch is drawn

TrainingSlates::Options checked(const TrainingSlates::Options& options) {
  if (options.negatives != "uniform" && options.negatives != "popularity")
    base::fail_usage("train", "training negatives = '{}' is not known: choose uniform or popularity",
                     options.negatives);
  if (options.negative_count < 1 || options.recent_targets < 1 || options.min_history < 0 ||
      options.withhold < 0 || options.targets_per_user < 1)
    base::fail_usage("train",
                     "expected negative_count >= 1, recent_targets >= 1, min_history >= 0, withhold >= 0 and "
                     "targets_per_user >= 1, found {}, {}, {}, {} and {}",
                     options.negative_count, options.recent_targets, options.min_history, options.withhold,
                     options.targets_per_user);
  return options;
}

}  // namespace

TrainingSlates::TrainingSlates(const Dataset& dataset, const Split& split, const Options& options)
    : dataset_(dataset),
      split_(split),
      options_(checked(options)),
      sampler_(dataset, split.training_end, options_.negatives) {
  for (int32_t user = 0; user < dataset.users(); ++user)
    if (targets_end(user) > options_.min_history) eligible_.push_back(user);
  if (eligible_.empty())
    base::fail_usage(
        "train", "expected users with at least {} training events, found none; lower min_history{}",
        options_.min_history + options_.withhold + 1, options_.withhold > 0 ? " or withhold" : "");
  for (const int32_t user : eligible_) epoch_size_ += run_of(user);
  check_negatives();
}

/// Now, not at the step that happens to draw the user.
void TrainingSlates::check_negatives() const {
  int64_t fewest = sampler_.distinct_items();
  for (const int32_t user : eligible_)
    fewest = std::min(fewest, sampler_.available(known_items(dataset_, user, split_.training_end[user])));
  if (fewest < options_.negative_count)
    base::fail_usage(
        "train",
        "expected {} negatives for each training slate, found a user for whom only {} items are left to "
        "draw from; {}",
        options_.negative_count, fewest, advice(fewest));
}

/// Settings of baselines have these names too: no flags.
std::string TrainingSlates::advice(int64_t fewest) const {
  if (fewest > 0) return fmt::format("lower negative_count to at most {}", fewest);
  return options_.negatives == "popularity"
             ? "no number will do: set negatives = uniform, which draws items that training never saw too"
             : "no number will do: import more items (a lower item_core, a longer log)";
}

int64_t TrainingSlates::targets(int32_t user) const {
  return targets_end(user) - std::max(options_.min_history, targets_end(user) - options_.recent_targets);
}

std::shared_ptr<const TrainingSlates::Epoch> TrainingSlates::epoch(int64_t number) const {
  const std::scoped_lock lock(mutex_);
  if (epoch_ != nullptr && epoch_->number == number) return epoch_;
  auto made = std::make_shared<Epoch>();
  made->number = number;
  made->order.resize(eligible_.size());
  std::iota(made->order.begin(), made->order.end(), 0);
  base::RandomStream(options_.seed, base::Purpose::kTargets, static_cast<uint64_t>(number), kOrderStreams,
                     kTrainingStreams)
      .shuffle(std::span(made->order));
  int64_t begin = 0;
  for (const int32_t place : made->order) {
    made->begins.push_back(begin);
    begin += run_of(eligible_[place]);
  }
  epoch_ = made;
  return made;
}

/// A run begins somewhere in the first epoch and moves on by its length in each later one. Where it reaches
/// the user's last target it goes on with the first: those come first in the epoch then.
TrainingSlates::Place TrainingSlates::place(int64_t n) const {
  const int64_t number = n / epoch_size_, within = n % epoch_size_;
  const auto epoch = this->epoch(number);
  const auto next = std::upper_bound(epoch->begins.begin(), epoch->begins.end(), within);
  const int32_t index = epoch->order[next - epoch->begins.begin() - 1], user = eligible_[index];
  const int64_t count = targets(user), run = run_of(user), at = within - *std::prev(next);
  const auto start =
      static_cast<int64_t>(base::RandomStream(options_.seed, base::Purpose::kTargets,
                                              static_cast<uint64_t>(index), kStartStreams, kTrainingStreams)
                               .below(static_cast<uint64_t>(count)));
  const int64_t begin = run == count ? 0 : (start + number % count * run) % count;
  const int64_t wrapped = std::max<int64_t>(0, begin + run - count);  // so many of the first targets
  const int64_t target = at < wrapped ? at : begin + at - wrapped;
  const int64_t last = (at < wrapped ? wrapped : std::min(begin + run, count)) - 1;
  const int64_t first = targets_end(user) - count;
  return {user, static_cast<int32_t>(first + target), static_cast<int32_t>(first + last)};
}

Slate TrainingSlates::draw(int64_t n) const {
  const auto key = static_cast<uint64_t>(n);
  const auto [user, position, last] = place(n);
  Slate slate =
      build_slate(dataset_, {user, position, 1}, split_.training_end[user], options_.negative_count, sampler_,
                  {base::RandomStream(options_.seed, base::Purpose::kNegatives, key, 0, kTrainingStreams),
                   base::RandomStream(options_.seed, base::Purpose::kShuffle, key, 0, kTrainingStreams)});
  slate.id = n;
  slate.window_end = last;
  return slate;
}

}  // namespace r2rank::data
