#include "experiment/catalogue_evaluation.h"

#include <ATen/Parallel.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "baselines/llm/llm_scorer.h"
#include "data/seen_items.h"
#include "experiment/evaluation.h"
#include "metrics/catalogue_blocks.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using Clock = std::chrono::steady_clock;

/// Of scores held at once: they are counted while in the second cache.
constexpr size_t kBatchBytes = size_t{3} << 19;
constexpr const char* kShownMetric = "ndcg@10";

size_t batch_size(const data::Dataset& dataset) {
  return baselines::catalogue_batch(dataset.items.size(), kBatchBytes);
}

/// What is kept of one slate.
struct Ranked {
  std::map<std::string, double> metrics;
  std::vector<double> relevant;  ///< scores of the relevant items
};

Ranked rank(const data::Slate& slate, std::span<const float> scores, const data::SlateSet& slates,
            const data::Dataset& dataset) {
  const auto excluded = data::excluded_items(dataset, slate, slates.protocol.exclude);
  const auto blocks = metrics::catalogue_blocks(scores, slate.candidates, slate.relevance, excluded);
  Ranked ranked{.metrics = metrics::block_metrics(blocks, slate.relevance), .relevant = {}};
  for (const int32_t item : slate.candidates) ranked.relevant.push_back(scores[static_cast<size_t>(item)]);
  return ranked;
}

std::vector<Ranked> rank_batch(std::span<const data::Slate> batch, std::span<const float> scores,
                               const data::SlateSet& slates, const data::Dataset& dataset) {
  const size_t items = dataset.items.size();
  std::vector<Ranked> ranked(batch.size());
  at::parallel_for(0, std::ssize(batch), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      ranked[i] = rank(batch[i], scores.subspan(i * items, items), slates, dataset);
  });
  return ranked;
}

/// Time and tokens of a batch are shared equally by its slates. `scores` has room for the batch.
void score_batch(baselines::Scorer& scorer, std::span<const data::Slate> batch, std::span<float> scores,
                 const data::SlateSet& slates, const data::Dataset& dataset,
                 metrics::PerUserResults& results) {
  const int64_t tokens_before = scorer.tokens();
  const auto start = Clock::now();
  scorer.score_catalogue(batch, scores);
  const double milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  const auto count = static_cast<double>(batch.size());
  auto ranked = rank_batch(batch, scores, slates, dataset);
  std::vector<std::vector<double>*> columns;  // in the order of Ranked::metrics
  for (const auto& [metric, value] : ranked.front().metrics) columns.push_back(&results.values[metric]);
  for (size_t i = 0; i < batch.size(); ++i) {
    results.slate_ids.push_back(batch[i].id);
    results.user_ids.push_back(dataset.user_ids.at(batch[i].user));
    auto column = columns.begin();
    for (const auto& [metric, value] : ranked[i].metrics) (*column++)->push_back(value);
    results.scores.push_back(std::move(ranked[i].relevant));
  }
  const auto fill = [&](const char* cost, double each) {
    auto& values = results.values[cost];
    values.insert(values.end(), batch.size(), each);
  };
  fill(kMilliseconds, milliseconds / count);
  fill(kTokens, static_cast<double>(scorer.tokens() - tokens_before) / count);
}

}  // namespace

bool ranks_full_catalogue(const data::SlateSet& slates) {
  return slates.protocol.negatives == "full";
}

void check_stored(const data::SlateSet& slates, const std::vector<std::string>& metrics) {
  if (!ranks_full_catalogue(slates)) return;
  const auto stored = metrics::metric_names();
  for (const auto& metric : metrics)
    if (std::find(stored.begin(), stored.end(), metric) == stored.end())
      base::fail_usage("catalogue", "metric '{}': over the full catalogue only these are measured: {}",
                       metric, fmt::join(stored, ", "));
}

void refuse_catalogue_of_llm(const baselines::Scorer& scorer, const std::string& what) {
  if (dynamic_cast<const baselines::LlmScorer*>(&scorer) == nullptr) return;
  base::fail_usage("catalogue",
                   "{}: a language model cannot score every item of a catalogue in a useful time; choose a "
                   "baseline without one, or let it rank drawn or retrieved candidates (split --negatives)",
                   what);
}

metrics::PerUserResults evaluate_catalogue(baselines::Scorer& scorer, const data::SlateSet& slates,
                                           const data::Dataset& dataset, const std::string& label) {
  refuse_catalogue_of_llm(scorer, fmt::format("'{}'", scorer.name()));
  scorer.set_catalogue(static_cast<int64_t>(dataset.items.size()));
  auto results = results_without_rows(scorer.name(), slates);
  const std::span<const data::Slate> all = slates.slates;
  base::Progress progress(label, static_cast<int64_t>(all.size()), "slates");
  const size_t items = dataset.items.size();
  std::vector<float> scores(std::min(batch_size(dataset), all.size()) * items);  // [B, items]
  double sum = 0;
  for (size_t done = 0; done < all.size();) {
    base::stop_if_interrupted("eval");
    const auto batch = all.subspan(done, std::min(batch_size(dataset), all.size() - done));
    score_batch(scorer, batch, std::span(scores).first(batch.size() * items), slates, dataset, results);
    const auto& shown = results.values[kShownMetric];
    for (; done < shown.size(); ++done) sum += shown[done];
    progress.advance(static_cast<int64_t>(batch.size()),
                     fmt::format("{} {:.3f}", kShownMetric, sum / static_cast<double>(done)));
  }
  warn_not_finite(scorer.name(), results);
  return results;
}

}  // namespace r2rank::experiment
