#include "data/training_slates.h"

#include <algorithm>

#include "base/error.h"
#include "data/slate_builder.h"
#include "data/split.h"

namespace r2rank::data {
namespace {

constexpr uint64_t kTrainingStreams =
    1;  // last key word: held-out slates use 0, so that the two never share numbers

const TrainingSlates::Options& checked(const TrainingSlates::Options& options) {
  if (options.negatives != "uniform" && options.negatives != "popularity")
    base::fail_usage("train", "training negatives = '{}' is not known: choose uniform or popularity",
                     options.negatives);
  if (options.negative_count < 1 || options.recent_targets < 1 || options.min_history < 0 ||
      options.withhold < 0)
    base::fail_usage(
        "train",
        "expected negative_count >= 1, recent_targets >= 1, min_history >= 0 and withhold >= 0, found {}, {}, {} "
        "and {}",
        options.negative_count, options.recent_targets, options.min_history, options.withhold);
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

Slate TrainingSlates::draw(int64_t n) const {
  const auto key = static_cast<uint64_t>(n);
  base::RandomStream targets(options_.seed, base::Purpose::kTargets, key, 0, kTrainingStreams);
  const int32_t user = eligible_[targets.below(eligible_.size())];
  const int64_t end = targets_end(user),
                first = std::max(options_.min_history, end - options_.recent_targets);
  const auto position =
      static_cast<int32_t>(first + static_cast<int64_t>(targets.below(static_cast<uint64_t>(end - first))));
  Slate slate =
      build_slate(dataset_, {user, position, 1}, split_.training_end[user], options_.negative_count, sampler_,
                  {base::RandomStream(options_.seed, base::Purpose::kNegatives, key, 0, kTrainingStreams),
                   base::RandomStream(options_.seed, base::Purpose::kShuffle, key, 0, kTrainingStreams)});
  slate.id = n;
  return slate;
}

}  // namespace r2rank::data
