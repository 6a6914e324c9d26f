#include "learn/slate_measurement.h"

#include <algorithm>
#include <span>

#include "data/slate_sample.h"
#include "metrics/ranking_metrics.h"
#include "rollout/reason_gate.h"

namespace r2rank::learn {
namespace {

constexpr int kCutoff = 10;
constexpr size_t kSlatesAtOnce =
    8;  // what a pass may take is the reasoner's business; this bounds what is kept

/// Sums over rationales.
struct Written {
  double count = 0, tokens = 0, ended = 0;
  void add(const rollout::SlateRollout& rollout) {
    for (const auto& item : rollout.rationales)
      for (const auto& rationale : item) {
        count += 1;
        tokens += static_cast<double>(rationale.tokens.size());
        ended += rationale.ended ? 1 : 0;
      }
  }
};

using Slates = std::span<const rollout::PreparedSlate* const>;

double ndcg_of(const std::vector<double>& scores, const rollout::PreparedSlate& slate) {
  return metrics::ndcg(scores, slate.relevance, kCutoff);
}

/// Adds the NDCG of a few slates.
void add_slates(const rollout::Reasoner& reasoner, Slates slates, const rollout::SamplingOptions& sampling,
                const rollout::Reasoning& reasoning, SlateMeasurement& sum, Written& written) {
  if (sampling.rationales == 0) {
    const auto silent = reasoner.silent_scores(slates);
    for (size_t b = 0; b < slates.size(); ++b) sum.silent += ndcg_of(silent[b], *slates[b]);
    return;
  }
  const auto rollouts = reasoning ? reasoning(slates) : reasoner.reason(slates, sampling, true);
  for (size_t b = 0; b < slates.size(); ++b) {
    const double silent = ndcg_of(rollouts[b].silent, *slates[b]),
                 reasoned = ndcg_of(rollouts[b].mean_scores(), *slates[b]);
    sum.silent += silent;
    sum.reasoned = sum.reasoned.value_or(0) + reasoned;
    sum.both.push_back({rollout::doubt_of(rollouts[b].silent), silent, reasoned});
    written.add(rollouts[b]);
  }
}

}  // namespace

std::vector<rollout::PreparedSlate> validation_slates(const data::Dataset& dataset, const data::Split& split,
                                                      const rollout::SlatePrompts& prompts, int64_t count) {
  std::vector<rollout::PreparedSlate> prepared;
  if (count == 0) return prepared;
  for (const auto& slate : data::sampled_slates(split.valid, dataset, {count}).slates)
    prepared.push_back(prompts.prepare(slate, false));
  return prepared;
}

std::vector<std::pair<std::string, double>> SlateMeasurement::entries() const {
  std::vector<std::pair<std::string, double>> entries = {{"valid_ndcg_silent", silent}};
  if (!reasoned) return entries;
  entries.emplace_back("valid_ndcg", *reasoned);
  entries.emplace_back("valid_rationale_length", length);
  entries.emplace_back("valid_rationale_ended", ended);
  const ReasonGate found = gate();
  entries.emplace_back("valid_ndcg_gated", found.gated);
  entries.emplace_back("valid_reasoned_share", found.share);
  return entries;
}

SlateMeasurement measure_slates(const rollout::Reasoner& reasoner,
                                const std::vector<rollout::PreparedSlate>& slates,
                                const rollout::SamplingOptions& sampling,
                                const rollout::Reasoning& reasoning) {
  SlateMeasurement sum;
  if (slates.empty()) return sum;
  Written written;
  const auto all = rollout::pointers_to(slates);
  for (size_t begin = 0; begin < all.size(); begin += kSlatesAtOnce)
    add_slates(reasoner, Slates(all).subspan(begin, std::min(kSlatesAtOnce, all.size() - begin)), sampling,
               reasoning, sum, written);
  const auto count = static_cast<double>(slates.size());
  sum.silent /= count;
  if (sum.reasoned) *sum.reasoned /= count;
  if (written.count > 0)
    sum.length = written.tokens / written.count, sum.ended = written.ended / written.count;
  return sum;
}

}  // namespace r2rank::learn
