#include "data/split.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"
#include "data/candidates.h"
#include "data/held_out.h"
#include "data/listed_slates.h"
#include "data/slate_builder.h"
#include "data/slates_format.h"
#include "data/split_config.h"

namespace r2rank::data {

std::string training_hash(const Split& split) {
  std::string bytes;
  for (const int32_t end : split.training_end) bytes += std::to_string(end) + ',';
  return base::hash_hex(bytes);
}

namespace {

constexpr int64_t kMostValidationNegatives = 19;  // of the slates that a retriever may stop by
constexpr int64_t kFullValidationNegatives = 99;  // of those that stand for the full catalogue

/// Puts what stands beside the relevant items into slates that hold these alone.
using AddCandidates = std::function<void(const Protocol& protocol, std::vector<Slate>& slates)>;

SlateSet build_set(const Dataset& dataset, const std::string& part, const Protocol& protocol,
                   const std::vector<Target>& targets, const AddCandidates& add_candidates) {
  SlateSet set{.part = part, .protocol = protocol, .dataset_hash = "", .slates = {}, .hash = ""};
  for (const Target& target : targets) set.slates.push_back(relevant_slate(dataset, target, protocol.labels));
  std::erase_if(set.slates, [](const Slate& slate) { return slate.candidates.empty(); });
  add_candidates(protocol, set.slates);
  seal(set, dataset);
  return set;
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

/// The sampler must outlive what is returned.
AddCandidates drawn(const Dataset& dataset, const NegativeSampler& sampler,
                    CountFrom count_from = CountFrom::kFlag) {
  return [&dataset, &sampler, count_from](const Protocol& protocol, std::vector<Slate>& slates) {
    draw_candidates(dataset, protocol, sampler, slates, count_from);
  };
}

/// What a retriever may learn from: it stops, where it wants to, by validation slates with uniform negatives.
Split training_part(const Dataset& dataset, const Split& split, const HeldOut& held) {
  Split training{
      .protocol = split.protocol, .training_end = split.training_end, .valid = {}, .test = {}, .counts = {}};
  Protocol uniform = split.protocol;
  uniform.negatives = "uniform";
  uniform.negative_count = std::min(uniform.negative_count, kMostValidationNegatives);
  const NegativeSampler sampler(dataset, split.training_end, "uniform");
  training.valid = build_set(dataset, "valid", uniform, held.valid, drawn(dataset, sampler));
  return training;
}

void build_hard_sets(const Dataset& dataset, const HeldOut& held, const RetrieverMaker& make_retriever,
                     Split& split) {
  if (!make_retriever)
    base::fail_usage("split", "hard candidates need a retriever; found none for '{}'",
                     split.protocol.retriever);
  const Split training = training_part(dataset, split, held);
  const Retriever retriever = make_retriever(training);
  const AddCandidates best = [&](const Protocol& protocol, std::vector<Slate>& slates) {
    hard_candidates(dataset, protocol, retriever, slates);
  };
  split.valid = build_set(dataset, "valid", split.protocol, held.valid, best);
  split.test = build_set(dataset, "test", split.protocol, held.test, best);
}

/// Slates of relevant items alone would give every ranker an NDCG of 1: validation lists drawn candidates.
void build_full_sets(const Dataset& dataset, const HeldOut& held, Split& split) {
  const AddCandidates none = [](const Protocol&, std::vector<Slate>&) {};
  Protocol uniform = split.protocol;
  uniform.negatives = "uniform";
  const NegativeSampler sampler(dataset, split.training_end, "uniform");
  const SlateSet relevant = build_set(dataset, "valid", uniform, held.valid, none);
  uniform.negative_count = std::clamp<int64_t>(most_negatives(dataset, uniform, sampler, relevant.slates), 1,
                                               kFullValidationNegatives);
  split.valid = build_set(dataset, "valid", uniform, held.valid, drawn(dataset, sampler));
  split.test = build_set(dataset, "test", split.protocol, held.test, none);
}

void build_sets(const Dataset& dataset, const HeldOut& held, const RetrieverMaker& make_retriever,
                Split& split) {
  const Protocol& protocol = split.protocol;
  if (protocol.negatives == "hard") return build_hard_sets(dataset, held, make_retriever, split);
  if (protocol.negatives == "full") return build_full_sets(dataset, held, split);
  const NegativeSampler sampler(dataset, split.training_end, protocol.negatives);
  const AddCandidates add = drawn(dataset, sampler);
  split.valid = build_set(dataset, "valid", protocol, held.valid, add);
  split.test = build_set(dataset, "test", protocol, held.test, add);
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
  const NegativeSampler sampler(dataset, split.training_end, "uniform");
  split.valid =
      build_set(dataset, "valid", uniform, held.valid, drawn(dataset, sampler, CountFrom::kCandidateFile));
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

void count_retrieved(const SlateSet& set, Split& split) {
  const RetrieverRecall recall = retriever_recall(set);
  split.counts.emplace_back(set.part + ": relevant items", recall.relevant);
  split.counts.emplace_back(
      fmt::format("{}: of these, among the best of {}", set.part, set.protocol.retriever), recall.found);
}

void fill_counts(const HeldOut& held, const SplitConfig& config, Split& split) {
  split.counts.emplace_back("training interactions", std::accumulate(split.training_end.begin(),
                                                                     split.training_end.end(), int64_t{0}));
  split.counts.emplace_back("valid slates", static_cast<int64_t>(split.valid.slates.size()));
  split.counts.emplace_back("test slates", static_cast<int64_t>(split.test.slates.size()));
  count_skipped(held, config, split);
  if (config.negatives == "full")
    split.counts.emplace_back("valid: uniform negatives of a slate", split.valid.protocol.negative_count);
  if (config.negatives != "hard") return;
  count_retrieved(split.valid, split);
  count_retrieved(split.test, split);
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
    build_sets(dataset, held, make_retriever, split);
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
