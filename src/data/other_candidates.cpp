#include <algorithm>

#include "base/error.h"
#include "data/slate_sets.h"
#include "data/split_config.h"

namespace r2rank::data {
namespace {

/// The slate without what stands beside the relevant items. These stand in the order of the user's events, as
/// if the slate had just been made. Errors: kData for a slate whose relevant items the user did not choose
/// after its history.
Slate relevant_part(const Dataset& dataset, const Slate& slate, const Protocol& protocol) {
  Slate relevant = slate;
  relevant.candidates.clear();
  relevant.relevance.clear();
  relevant.missed.clear();
  auto& taken = relevant.candidates;
  for (const Interaction& event :
       dataset.events(slate.user).subspan(static_cast<size_t>(slate.history_end))) {
    if (protocol.labels == "ratings" && !(event.rating > 0)) continue;  // no label
    const auto found = std::find(slate.candidates.begin(), slate.candidates.end(), event.item);
    if (found == slate.candidates.end()) continue;
    const float label = slate.relevance[static_cast<size_t>(found - slate.candidates.begin())];
    if (label <= 0 || std::find(taken.begin(), taken.end(), event.item) != taken.end()) continue;
    taken.push_back(event.item);
    relevant.relevance.push_back(label);
  }
  const auto wanted =
      std::count_if(slate.relevance.begin(), slate.relevance.end(), [](float label) { return label > 0; });
  if (static_cast<int64_t>(taken.size()) != wanted)
    base::fail_data(
        "split",
        "slate {} of user '{}': expected {} relevant items among what the user chose after its history, "
        "found {}; r2rank data check tells more",
        slate.id, dataset.user_ids[slate.user], wanted, taken.size());
  return relevant;
}

std::vector<Slate> relevant_parts(const Dataset& dataset, const SlateSet& set) {
  std::vector<Slate> slates;
  for (const Slate& slate : set.slates) slates.push_back(relevant_part(dataset, slate, set.protocol));
  return slates;
}

Protocol protocol_with_candidates(const Protocol& held, const Protocol& candidates) {
  Protocol protocol = held;
  protocol.negatives = candidates.negatives;
  protocol.negative_count = candidates.negative_count;
  protocol.seed = candidates.seed;
  protocol.exclude = candidates.exclude;
  protocol.retriever = candidates.retriever;
  protocol.file_hash.clear();
  return protocol;
}

}  // namespace

Split with_other_candidates(const Dataset& dataset, const Split& held, const SplitConfig& config,
                            const RetrieverMaker& make_retriever) {
  if (config.negatives == "file")
    base::fail_usage(
        "split",
        "candidates from a file name their own users: choose --negatives uniform, popularity, hard or "
        "full for what another split holds out");
  check_config(dataset, config);
  Split split{.protocol = protocol_with_candidates(held.protocol, protocol_of(config)),
              .training_end = held.training_end,
              .valid = {},
              .test = {},
              .counts = {}};
  build_sets(dataset, {relevant_parts(dataset, held.valid), relevant_parts(dataset, held.test)},
             make_retriever, split);
  count_slates(split);
  count_candidates(split);
  return split;
}

}  // namespace r2rank::data
