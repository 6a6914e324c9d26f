#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "data/dataset.h"
#include "data/retriever.h"
#include "data/slates.h"

namespace r2rank::data {

/// Every parameter of `r2rank split`.
struct SplitConfig {
  std::string method = "leave-one-out";  ///< leave-one-out, temporal, ratio
  std::string negatives = "uniform";     ///< uniform, popularity, hard, full, file
  std::string retriever;                 ///< hard: a baseline's name
  std::string exclude = "known";         ///< known, history, none: Protocol::exclude
  std::string targets = "each";          ///< each, together
  std::string labels = "binary";         ///< binary, ratings
  std::string candidates_file;  ///< JSON lines {user_id, positive, candidates:[...]}: those slates become the
                                ///< test set
  int64_t negative_count = 19;
  bool train_on_unvalidated =
      false;                ///< leave-one-out: who is not validated keeps the second-last event in training
  int64_t min_history = 3;  ///< a slate needs at least this many earlier events
  int64_t test_users = 0, valid_users = 0;   ///< how many users to evaluate on, drawn at random (0: all)
  double valid_from = 0.8, test_from = 0.9;  ///< temporal: shares by time; ratio: of each user's events
  std::string shares = "targets";            ///< temporal: of the targets, or of all interactions
  int64_t seed = 7;

  void describe(base::ConfigFields& fields);
};

/// Which events training may see: for each user the events before training_end[user]. Saved beside the slates
/// (split.json).
struct Split {
  Protocol protocol;
  std::vector<int32_t>
      training_end;  ///< [users] number of leading events of each user that are training data
  SlateSet valid, test;
  std::vector<std::pair<std::string, int64_t>>
      counts;  ///< slates made, users skipped, ...: printed by `split`
};

/// Leave-one-out: last event tested, second-last validated, the rest trained on. Temporal: by global time;
/// ratio: the last shares of each user's events; each target of the later parts is one slate (or a user's are
/// one together), its history all before it. With the full catalogue validation slates list 99 uniform
/// negatives (or as many as each user leaves). `make_retriever` serves negatives = "hard". Errors: kUsage (a
/// temporal split of an order-only dataset, too small a catalogue), kData, whatever the retriever throws.
Split make_split(const Dataset& dataset, const SplitConfig& config,
                 const RetrieverMaker& make_retriever = {});

/// Other candidates for what `held` holds out: the same training events, users, targets and labels, and
/// beside the relevant items what the configuration's settings of candidates say (negatives, negative_count,
/// retriever, exclude, seed); its other settings are to be left as they are. Errors: kUsage
/// where candidates are to come from a file; otherwise as make_split().
Split with_other_candidates(const Dataset& dataset, const Split& held, const SplitConfig& config,
                            const RetrieverMaker& make_retriever = {});

void save_split(const Split& split, const Dataset& dataset, const base::Path& folder, bool overwrite);
Split load_split(const base::Path& folder, const Dataset& dataset);

/// Identifies what training may see: the number of leading events of each user. Splits with equal training
/// data share it.
std::string training_hash(const Split& split);

}  // namespace r2rank::data
