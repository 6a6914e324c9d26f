#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/dataset.h"
#include "data/protocol.h"

namespace r2rank::data {

/// One ranking task: a user, what they did before, K candidates and their labels.
struct Slate {
  int64_t id = 0;  ///< unique within the set; keys random streams. Held-out slates: the target's place in
                   ///< Dataset::interactions, so that it does not depend on which users are evaluated
  int32_t user = 0;
  int32_t history_end = 0;           ///< the history is events(user)[0 .. history_end), oldest first
  std::vector<int32_t> candidates;   ///< [K] item indices, shuffled; under the full catalogue the relevant
                                     ///< ones alone: every other item is a candidate but for excluded_items()
  std::vector<float> relevance;      ///< [K] graded labels, 0 or from 0.001 to 64, at least one > 0
  std::vector<int32_t> missed = {};  ///< hard candidates: relevant ones that the retriever's best lack,
                                     ///< ascending. They were put in all the same
  int32_t window_end = 0;  ///< a shown history begins where it would if it ended here; at most history_end:
                           ///< it begins where its own length says. For slates that share a history
};

/// Slates of one part ("test", "valid") of one dataset under one protocol.
struct SlateSet {
  std::string part;
  Protocol protocol;
  std::string dataset_hash;
  std::vector<Slate> slates;
  std::string hash;  ///< of the content; results carry it and are compared only where it is equal
};

/// Writes / reads a slates file (docs/formats.md): JSON lines, a header first. Errors: kData (malformed, ids
/// unknown to the dataset, altered content, other dataset), kIo.
void save_slates(const SlateSet& set, const Dataset& dataset, const base::Path& path);
SlateSet load_slates(const base::Path& path, const Dataset& dataset);

}  // namespace r2rank::data
