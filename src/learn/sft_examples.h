#pragma once

#include <cstdint>
#include <vector>

#include "learn/model_folder.h"
#include "learn/sft_step.h"
#include "rollout/rationale_set.h"

namespace r2rank::learn {

/// A tree of sft: one history, some candidates, and the rationales taught about each.
struct SftExample {
  rollout::PreparedSlate slate;                             ///< relevance 1: answered with yes
  std::vector<std::vector<rollout::Rationale>> rationales;  ///< [K][one or more]
  int64_t count = 0;                                        ///< rationales in all
  int64_t tokens = 0;                                       ///< of the tree

  SftSlate view() const { return {&slate, &rationales}; }
};

struct SftExampleOptions {
  int64_t rationale_tokens = 256;  ///< T: longer rationales are cut
  int64_t tokens_per_tree = 4096;  ///< larger trees are cut in parts that repeat the history
  double valid_share = 0;          ///< of the users
  uint64_t seed = 7;
};

/// All rationales of a set as trees, those of the held-out users apart.
struct SftExamples {
  std::vector<SftExample> training, valid;  ///< by user, then history
  int64_t cut = 0;                          ///< rationales that were cut
  int64_t next_slate = 0;                   ///< RationaleSet::next_slate
};

/// Rationales with one user and history share a tree, whatever the order of the set. Held out are the users
/// of the share with the lowest draws, keyed by seed and user id; with a share above 0 at least one, and one
/// is always left to train on. Errors: kUsage where a share of a single user was asked for.
SftExamples make_sft_examples(const rollout::RationaleSet& set, const data::Dataset& dataset,
                              const data::Split& split, const RankingModel& model,
                              const SftExampleOptions& options);

/// How the trees of an epoch are divided into steps: a new order for each epoch, steps of whole trees with at
/// least `rationales_per_step` rationales, none across the end of an epoch. What less than half a step would
/// be left joins the last one.
class SftSchedule {
 public:
  SftSchedule(std::vector<int64_t> rationales_of_trees, int64_t rationales_per_step, uint64_t seed);

  /// The trees of the step before which `cursor` trees were taught, over all epochs; never empty.
  std::vector<size_t> step_at(int64_t cursor) const;
  int64_t trees() const { return static_cast<int64_t>(sizes_.size()); }

 private:
  std::vector<size_t> order_of(int64_t epoch) const;

  std::vector<int64_t> sizes_;
  int64_t per_step_;
  uint64_t seed_;
};

/// Trees one after another, as many in a pack as `tokens_per_pass` holds, at least one.
std::vector<std::vector<const SftExample*>> pack_trees(const std::vector<const SftExample*>& trees,
                                                       int64_t tokens_per_pass);

}  // namespace r2rank::learn
