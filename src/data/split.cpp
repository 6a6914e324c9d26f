#include "data/split.h"

#include "base/error.h"
#include "base/hash.h"
#include "data/held_out.h"
#include "data/listed_slates.h"
#include "data/slate_builder.h"
#include "data/slate_sets.h"
#include "data/split_config.h"

namespace r2rank::data {

std::string training_hash(const Split& split) {
  std::string bytes;
  for (const int32_t end : split.training_end) bytes += std::to_string(end) + ',';
  return base::hash_hex(bytes);
}

namespace {

std::vector<Slate> relevant_slates(const Dataset& dataset, const std::vector<Target>& targets,
                                   const std::string& labels) {
  std::vector<Slate> slates;
  for (const Target& target : targets) slates.push_back(relevant_slate(dataset, target, labels));
  std::erase_if(slates, [](const Slate& slate) { return slate.candidates.empty(); });
  return slates;
}

HeldOut hold_out(const Dataset& dataset, const SplitConfig& config) {
  if (config.method == "leave-one-out") return leave_one_out(dataset, config.min_history);
  const Shares shares{config.valid_from, config.test_from, config.shares};
  HeldOut held = config.method == "temporal" ? temporal(dataset, config.min_history, shares)
                                             : ratio(dataset, config.min_history, shares);
  if (config.targets == "together") {
    join_targets(held.valid);
    join_targets(held.test);
  }
  return held;
}

/// Leave-one-out withholds the second-last event for validation: from those it validates, if so configured,
/// and from everybody otherwise.
void train_on_unvalidated(const Dataset& dataset, const SplitConfig& config, const HeldOut& held,
                          Split& split) {
  if (!config.train_on_unvalidated) return;
  std::vector<bool> validated(dataset.user_ids.size(), false);
  for (const Target& target : held.valid) validated[target.user] = true;
  int64_t kept = 0;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    const auto events = static_cast<int32_t>(dataset.events(user).size());
    if (validated[user] || events - split.training_end[user] != 2) continue;
    ++split.training_end[user];
    ++kept;
  }
  split.counts.emplace_back("users who train on their second-last event (--train-on-unvalidated)", kept);
}

/// The test set as the file has it; validation with as many uniform negatives.
void build_listed_sets(const Dataset& dataset, const SplitConfig& config, HeldOut& held, Split& split) {
  split.test = listed_set(dataset, config, split, held);
  Protocol uniform = split.protocol;
  split.protocol = split.test.protocol;
  uniform.negatives = "uniform";
  uniform.negative_count = split.protocol.negative_count;
  keep_users(dataset, held.valid, config.valid_users, uniform.seed, 0);
  train_on_unvalidated(dataset, config, held, split);
  split.valid = uniform_set(dataset, split, uniform, relevant_slates(dataset, held.valid, uniform.labels),
                            CountFrom::kCandidateFile);
}

void count_skipped(const HeldOut& held, const SplitConfig& config, Split& split) {
  if (config.method != "temporal")
    split.counts.emplace_back(fmt::format("users with fewer than {} interactions (trained on, not evaluated)",
                                          config.min_history + 2),
                              held.skipped_users);
  if (config.method != "leave-one-out")
    split.counts.emplace_back(
        fmt::format("held-out events with fewer than {} earlier ones (not evaluated)", config.min_history),
        held.skipped_targets);
  if (config.labels == "ratings")
    split.counts.emplace_back("slates without a rating above 0 (not evaluated)",
                              static_cast<int64_t>(held.valid.size() + held.test.size() -
                                                   split.valid.slates.size() - split.test.slates.size()));
}

void fill_counts(const HeldOut& held, const SplitConfig& config, Split& split) {
  count_slates(split);
  count_skipped(held, config, split);
  count_candidates(split);
}

}  // namespace

Split make_split(const Dataset& dataset, const SplitConfig& config, const RetrieverMaker& make_retriever) {
  check_config(dataset, config);
  Split split{.protocol = protocol_of(config), .training_end = {}, .valid = {}, .test = {}, .counts = {}};
  HeldOut held = hold_out(dataset, config);
  split.training_end = std::move(held.training_end);
  if (config.negatives == "file") {
    build_listed_sets(dataset, config, held, split);
  } else {
    keep_users(dataset, held.valid, config.valid_users, split.protocol.seed, 0);
    keep_users(dataset, held.test, config.test_users, split.protocol.seed, 1);
    train_on_unvalidated(dataset, config, held, split);
    const std::string& labels = split.protocol.labels;
    build_sets(dataset,
               {relevant_slates(dataset, held.valid, labels), relevant_slates(dataset, held.test, labels)},
               make_retriever, split);
  }
  if (split.test.slates.empty())
    base::fail_usage("split",
                     "no slate can be made: expected held-out events with at least {} earlier ones of the "
                     "same user, found none; lower --min-history",
                     config.min_history);
  fill_counts(held, config, split);
  return split;
}

}  // namespace r2rank::data
