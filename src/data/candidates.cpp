#include "data/candidates.h"

#include <algorithm>

#include "base/error.h"
#include "data/seen_items.h"
#include "data/slate_builder.h"

namespace r2rank::data {
namespace {

SlateStreams streams_of(const Dataset& dataset, const Protocol& protocol, const Slate& slate) {
  return held_out_streams(protocol.seed, dataset.user_ids[slate.user], slate.history_end);
}

bool is_candidate(const Slate& slate, int32_t item) {
  return std::find(slate.candidates.begin(), slate.candidates.end(), item) != slate.candidates.end();
}

/// Names the relevant items that `best` lacks, and fills up with those of `best` that are not relevant.
void take_best(const Dataset& dataset, const Protocol& protocol, std::vector<int32_t> best, Slate& slate) {
  for (const int32_t item : slate.candidates)
    if (std::find(best.begin(), best.end(), item) == best.end()) slate.missed.push_back(item);
  std::sort(slate.missed.begin(), slate.missed.end());
  std::erase_if(best, [&](int32_t item) { return is_candidate(slate, item); });
  if (static_cast<int64_t>(best.size()) < protocol.negative_count)
    base::fail_usage(
        "split", "expected {} hard candidates for user '{}', found {} items that may be candidates; {}",
        protocol.negative_count, dataset.user_ids[slate.user], best.size(),
        best.empty() ? "import more items (a lower --item-core) or --exclude less"
                     : fmt::format("lower --negative-count: this slate has at most {}", best.size()));
  best.resize(static_cast<size_t>(protocol.negative_count));
  add_negatives(slate, std::move(best), streams_of(dataset, protocol, slate).shuffle);
}

/// What may not be drawn beside the slate's candidates, these included; ascending.
std::vector<int32_t> not_drawn(const Dataset& dataset, const Protocol& protocol, const Slate& slate) {
  auto items = excluded_items(dataset, slate, protocol.exclude);
  items.insert(items.end(), slate.candidates.begin(), slate.candidates.end());
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace

int64_t most_negatives(const Dataset& dataset, const Protocol& protocol, const NegativeSampler& sampler,
                       std::span<const Slate> slates) {
  int64_t most = sampler.distinct_items();
  for (const Slate& slate : slates)
    most = std::min(most, sampler.available(not_drawn(dataset, protocol, slate)));
  return most;
}

namespace {

/// What lets every slate have its negatives, where one has at most `most`.
std::string advice(const Protocol& protocol, int64_t most, CountFrom count_from) {
  if (count_from == CountFrom::kCandidateFile)
    return fmt::format(
        "validation slates take as many as the lines of --candidates-file have: {}list such users too, as "
        "listed ones are not validated on",
        most > 0 ? fmt::format("list at most {} candidates a line, or ", most + 1) : "");
  if (most > 0) return fmt::format("lower --negative-count: these slates have at most {} each", most);
  return fmt::format("no number will do: {}import more items (a lower --item-core, a longer log)",
                     protocol.exclude == "none" ? "" : "let known items be candidates (--exclude none), or ");
}

/// The first of the slates has too few; the others have no negatives yet either.
[[noreturn]] void fail_too_few(const Dataset& dataset, const Protocol& protocol,
                               const NegativeSampler& sampler, std::span<const Slate> slates,
                               CountFrom count_from) {
  base::fail_usage("split",
                   "expected {} negatives for each slate, found {} items that may be drawn for user '{}' (of "
                   "{} with an interaction); {}",
                   protocol.negative_count, sampler.available(not_drawn(dataset, protocol, slates.front())),
                   dataset.user_ids[slates.front().user], sampler.distinct_items(),
                   advice(protocol, most_negatives(dataset, protocol, sampler, slates), count_from));
}

}  // namespace

void draw_candidates(const Dataset& dataset, const Protocol& protocol, const NegativeSampler& sampler,
                     std::vector<Slate>& slates, CountFrom count_from) {
  for (size_t i = 0; i < slates.size(); ++i) {
    const auto excluded = not_drawn(dataset, protocol, slates[i]);
    if (sampler.available(excluded) < protocol.negative_count)
      fail_too_few(dataset, protocol, sampler, std::span<const Slate>(slates).subspan(i), count_from);
    SlateStreams streams = streams_of(dataset, protocol, slates[i]);
    add_negatives(slates[i], sampler.draw(streams.negatives, excluded, protocol.negative_count),
                  streams.shuffle);
  }
}

void hard_candidates(const Dataset& dataset, const Protocol& protocol, const Retriever& retriever,
                     std::vector<Slate>& slates) {
  std::vector<std::vector<int32_t>> excluded;
  std::vector<int64_t> counts;
  for (const Slate& slate : slates) {
    excluded.push_back(excluded_items(dataset, slate, protocol.exclude));
    counts.push_back(protocol.negative_count + static_cast<int64_t>(slate.candidates.size()));
  }
  auto best = retriever(slates, excluded, counts);
  R2RANK_CHECK(best.size() == slates.size());
  for (size_t i = 0; i < slates.size(); ++i) take_best(dataset, protocol, std::move(best[i]), slates[i]);
}

RetrieverRecall retriever_recall(const SlateSet& set) {
  RetrieverRecall recall;
  for (const Slate& slate : set.slates) {
    const auto relevant =
        std::count_if(slate.relevance.begin(), slate.relevance.end(), [](float label) { return label > 0; });
    recall.relevant += relevant;
    recall.found += relevant - static_cast<int64_t>(slate.missed.size());
  }
  return recall;
}

}  // namespace r2rank::data
