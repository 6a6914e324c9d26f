#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "data/negative_sampler.h"
#include "data/protocol.h"
#include "data/retriever.h"
#include "data/slates.h"

namespace r2rank::data {

// What stands beside the relevant items. All take slates whose candidates are the relevant items alone
// (relevant_slate()) and never add what Protocol::exclude keeps out.

/// Where Protocol::negative_count comes from, and so what helps where it is too high: --negative-count, or
/// the lines of --candidates-file.
enum class CountFrom { kFlag, kCandidateFile };

/// Protocol::negative_count drawn items each, keyed by user and target: other users change nothing. Errors:
/// kUsage when the catalogue cannot give that many.
void draw_candidates(const Dataset& dataset, const Protocol& protocol, const NegativeSampler& sampler,
                     std::vector<Slate>& slates, CountFrom count_from = CountFrom::kFlag);

/// How many items the sampler can give each of these slates.
int64_t most_negatives(const Dataset& dataset, const Protocol& protocol, const NegativeSampler& sampler,
                       std::span<const Slate> slates);

/// The best Protocol::negative_count items that are not relevant, of the best negative_count + (number of
/// relevant ones) of the retriever; relevant items that are not among these are put in all the same and named
/// in Slate::missed. Errors: kUsage when the retriever gives fewer.
void hard_candidates(const Dataset& dataset, const Protocol& protocol, const Retriever& retriever,
                     std::vector<Slate>& slates);

/// How many relevant items of all slates the retriever's best held by themselves.
struct RetrieverRecall {
  int64_t relevant = 0, found = 0;
  double share() const {
    return relevant > 0 ? static_cast<double>(found) / static_cast<double>(relevant) : 0;
  }
};
RetrieverRecall retriever_recall(const SlateSet& set);

}  // namespace r2rank::data
