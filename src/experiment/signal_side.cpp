#include "experiment/signal_side.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include "base/error.h"
#include "base/random.h"
#include "data/negative_sampler.h"

namespace r2rank::experiment {
namespace {

constexpr uint64_t kReferenceStreams = 4;  // last key word: slates, sft and measurements use 0 to 3

float standardised(double value, const rollout::Standard& by) {
  return static_cast<float>((value - by.mean) / by.deviation);
}

/// References that the user does not know.
std::vector<int32_t> unknown_of(const std::vector<int32_t>& references, const std::vector<int32_t>& known) {
  std::vector<int32_t> unknown;
  std::set_difference(references.begin(), references.end(), known.begin(), known.end(),
                      std::back_inserter(unknown));
  return unknown;
}

/// The slate with these items too, each once and ascending: whatever order the slate lists its candidates in,
/// rankers see the same, and round the same.
data::Slate in_order(const data::Slate& slate, const std::vector<int32_t>& more) {
  data::Slate ordered = slate;
  auto& items = ordered.candidates;
  items.insert(items.end(), more.begin(), more.end());
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  ordered.relevance.assign(items.size(), 0.0F);
  ordered.missed.clear();
  return ordered;
}

/// The scores of some of the items of `ordered`.
std::vector<double> pick(const std::vector<double>& scores, const data::Slate& ordered,
                         const std::vector<int32_t>& items) {
  std::vector<double> picked;
  for (const int32_t item : items) {
    const auto place = std::lower_bound(ordered.candidates.begin(), ordered.candidates.end(), item);
    picked.push_back(scores[static_cast<size_t>(place - ordered.candidates.begin())]);
  }
  return picked;
}

}  // namespace

std::vector<int32_t> reference_items(const data::Dataset& dataset, const data::Split& split, int64_t count,
                                     uint64_t seed) {
  std::vector<int32_t> trained;
  const auto statistics = data::item_statistics(dataset, split);
  for (size_t item = 0; item < statistics.count.size(); ++item)
    if (statistics.count[item] > 0) trained.push_back(static_cast<int32_t>(item));
  if (static_cast<int64_t>(trained.size()) <= count) return trained;
  base::RandomStream stream(seed, base::Purpose::kNegatives, 0, 0, kReferenceStreams);
  std::vector<int32_t> chosen;
  for (const uint64_t place : stream.sample(trained.size(), static_cast<uint64_t>(count)))
    chosen.push_back(trained[place]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

SignalSide::SignalSide(const data::Dataset& dataset, data::Split split, std::vector<int32_t> references)
    : dataset_(dataset),
      split_(std::move(split)),
      references_(std::move(references)),
      counts_(data::item_statistics(dataset, split_).count) {}

SignalSide::Raw SignalSide::ask(const data::Slate& slate) const {
  const auto references = unknown_of(references_, data::known_items(dataset_, slate.user, slate.history_end));
  const data::Slate ordered = in_order(slate, references);
  Raw raw;
  for (const auto& ranker : rankers_) {
    const std::vector<double> scores = ranker->score(ordered);
    R2RANK_CHECK(scores.size() == ordered.candidates.size());
    raw.scores.push_back(pick(scores, ordered, slate.candidates));
    raw.spreads.push_back(spread_of(pick(scores, ordered, references)));
  }
  for (const int32_t item : slate.candidates) raw.counts.push_back(std::log1p(counts_[item]));
  raw.history = std::log1p(slate.history_end);
  return raw;
}

rollout::SlateSignals standardised(const SignalSide::Raw& raw, const rollout::SignalSet& set) {
  R2RANK_CHECK(raw.scores.size() == set.signals.size());
  rollout::SlateSignals found;
  for (size_t k = 0; k < raw.counts.size(); ++k) {
    auto& features = found.features.emplace_back();
    auto& percentiles = found.percentiles.emplace_back();
    for (size_t m = 0; m < raw.scores.size(); ++m) {
      features.push_back(standard_score(raw.scores[m][k], raw.spreads[m], set.signals[m].floor));
      percentiles.push_back(percentile_of(raw.scores[m][k], raw.spreads[m]));
    }
    features.push_back(standardised(raw.counts[k], set.count));
    features.push_back(standardised(raw.history, set.history));
  }
  return found;
}

}  // namespace r2rank::experiment
