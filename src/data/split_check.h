#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::data {

/// How bad a finding is: kFine, kNote (part of the protocol, worth knowing), kWarning (may distort the
/// figures), kFailure (figures on this split are wrong).
enum class Verdict { kFine, kNote, kWarning, kFailure };
std::string verdict_name(Verdict verdict);  ///< "ok", "note", "warning", "failure"

/// One thing that was looked for.
struct Finding {
  std::string name;  ///< stable, for programs: "tied-order"
  Verdict verdict = Verdict::kFine;
  int64_t count = 0, of = 0;  ///< how many of how many
  std::string text;           ///< one sentence for people
};

/// Looks for leaks and pitfalls in a split that was read (load_split() has checked files and hashes): targets
/// in histories, in training or in both parts, training events later than the test, repeated items, equal
/// times, cold items, whether being cold or coming last by the retriever tells the target, candidates that
/// the protocol excludes, an order of candidates that tells the target, and targets' titles in the history's
/// text.
std::vector<Finding> check_split(const Dataset& dataset, const Split& split);

}  // namespace r2rank::data
