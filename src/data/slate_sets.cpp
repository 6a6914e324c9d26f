#include "data/slate_sets.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "data/slates_format.h"

namespace r2rank::data {
namespace {

constexpr int64_t kMostValidationNegatives = 19;  // of the slates that a retriever may stop by
constexpr int64_t kFullValidationNegatives = 99;  // of those that stand for the full catalogue

/// Puts what stands beside the relevant items into slates that hold these alone.
using AddCandidates = std::function<void(const Protocol& protocol, std::vector<Slate>& slates)>;

SlateSet build_set(const Dataset& dataset, const std::string& part, const Protocol& protocol,
                   std::vector<Slate> relevant, const AddCandidates& add_candidates) {
  SlateSet set{
      .part = part, .protocol = protocol, .dataset_hash = "", .slates = std::move(relevant), .hash = ""};
  add_candidates(protocol, set.slates);
  seal(set, dataset);
  return set;
}

/// The sampler must outlive what is returned.
AddCandidates drawn(const Dataset& dataset, const NegativeSampler& sampler,
                    CountFrom count_from = CountFrom::kFlag) {
  return [&dataset, &sampler, count_from](const Protocol& protocol, std::vector<Slate>& slates) {
    draw_candidates(dataset, protocol, sampler, slates, count_from);
  };
}

/// What a retriever may learn from: it stops, where it wants to, by validation slates with uniform negatives.
Split training_part(const Dataset& dataset, const Split& split, const RelevantSlates& relevant) {
  Split training{
      .protocol = split.protocol, .training_end = split.training_end, .valid = {}, .test = {}, .counts = {}};
  Protocol uniform = split.protocol;
  uniform.negatives = "uniform";
  uniform.negative_count = std::min(uniform.negative_count, kMostValidationNegatives);
  training.valid = uniform_set(dataset, split, uniform, relevant.valid);
  return training;
}

void build_hard_sets(const Dataset& dataset, RelevantSlates relevant, const RetrieverMaker& make_retriever,
                     Split& split) {
  if (!make_retriever)
    base::fail_usage("split", "hard candidates need a retriever; found none for '{}'",
                     split.protocol.retriever);
  const Split training = training_part(dataset, split, relevant);
  const Retriever retriever = make_retriever(training);
  const AddCandidates best = [&](const Protocol& protocol, std::vector<Slate>& slates) {
    hard_candidates(dataset, protocol, retriever, slates);
  };
  split.valid = build_set(dataset, "valid", split.protocol, std::move(relevant.valid), best);
  split.test = build_set(dataset, "test", split.protocol, std::move(relevant.test), best);
}

/// Slates of relevant items alone would give every ranker an NDCG of 1: validation lists drawn candidates.
void build_full_sets(const Dataset& dataset, RelevantSlates relevant, Split& split) {
  Protocol uniform = split.protocol;
  uniform.negatives = "uniform";
  const NegativeSampler sampler(dataset, split.training_end, "uniform");
  uniform.negative_count = std::clamp<int64_t>(most_negatives(dataset, uniform, sampler, relevant.valid), 1,
                                               kFullValidationNegatives);
  split.valid = build_set(dataset, "valid", uniform, std::move(relevant.valid), drawn(dataset, sampler));
  split.test = build_set(dataset, "test", split.protocol, std::move(relevant.test),
                         [](const Protocol&, std::vector<Slate>&) {});
}

void count_retrieved(const SlateSet& set, Split& split) {
  const RetrieverRecall recall = retriever_recall(set);
  split.counts.emplace_back(set.part + ": relevant items", recall.relevant);
  split.counts.emplace_back(
      fmt::format("{}: of these, among the best of {}", set.part, set.protocol.retriever), recall.found);
}

}  // namespace

SlateSet uniform_set(const Dataset& dataset, const Split& split, const Protocol& uniform,
                     std::vector<Slate> relevant, CountFrom count_from) {
  const NegativeSampler sampler(dataset, split.training_end, "uniform");
  return build_set(dataset, "valid", uniform, std::move(relevant), drawn(dataset, sampler, count_from));
}

void build_sets(const Dataset& dataset, RelevantSlates relevant, const RetrieverMaker& make_retriever,
                Split& split) {
  const Protocol& protocol = split.protocol;
  if (protocol.negatives == "hard")
    return build_hard_sets(dataset, std::move(relevant), make_retriever, split);
  if (protocol.negatives == "full") return build_full_sets(dataset, std::move(relevant), split);
  const NegativeSampler sampler(dataset, split.training_end, protocol.negatives);
  const AddCandidates add = drawn(dataset, sampler);
  split.valid = build_set(dataset, "valid", protocol, std::move(relevant.valid), add);
  split.test = build_set(dataset, "test", protocol, std::move(relevant.test), add);
}

void count_slates(Split& split) {
  split.counts.emplace_back("training interactions", std::accumulate(split.training_end.begin(),
                                                                     split.training_end.end(), int64_t{0}));
  split.counts.emplace_back("valid slates", static_cast<int64_t>(split.valid.slates.size()));
  split.counts.emplace_back("test slates", static_cast<int64_t>(split.test.slates.size()));
}

void count_candidates(Split& split) {
  if (split.protocol.negatives == "full")
    split.counts.emplace_back("valid: uniform negatives of a slate", split.valid.protocol.negative_count);
  if (split.protocol.negatives != "hard") return;
  count_retrieved(split.valid, split);
  count_retrieved(split.test, split);
}

}  // namespace r2rank::data
