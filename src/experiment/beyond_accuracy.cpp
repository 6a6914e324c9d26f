#include "experiment/beyond_accuracy.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "data/item_statistics.h"
#include "experiment/catalogue_evaluation.h"
#include "experiment/evaluation.h"
#include "experiment/item_distance.h"
#include "metrics/exposure.h"
#include "metrics/top_items.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kCount = "count";
constexpr const char* kPercentile = "percentile";
constexpr const char* kCategory = "category";
constexpr const char* kCooccurrence = "co-occurrence";

/// What the lists are held against, made once for all scorers.
struct ItemFacts {
  ItemFacts(const data::Dataset& dataset, const data::Split& split);
  std::vector<int32_t> counts;      // [items]
  std::vector<double> percentiles;  // [items]
  CategoryDistance by_category;
  CooccurrenceDistance by_cooccurrence;
};

std::vector<double> percentiles_of(const std::vector<int32_t>& counts) {
  auto sorted = counts;
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> percentiles;
  for (const int32_t count : counts) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), count);
    const auto fewer = static_cast<double>(first - sorted.begin()), equal = static_cast<double>(last - first);
    percentiles.push_back((fewer + equal / 2) / static_cast<double>(sorted.size()));
  }
  return percentiles;
}

ItemFacts::ItemFacts(const data::Dataset& dataset, const data::Split& split)
    : counts(data::item_statistics(dataset, split).count),
      percentiles(percentiles_of(counts)),
      by_category(dataset),
      by_cooccurrence(dataset, split) {}

/// The columns of one slate's list, to be averaged within users like any metric.
void add_list(const data::Slate& slate, const metrics::TopItems& top, ItemFacts& facts, uint64_t seed,
              metrics::PerUserResults& lists) {
  const auto item = [&](int32_t place) { return slate.candidates[static_cast<size_t>(place)]; };
  const base::RandomStream random(seed, base::Purpose::kBootstrap, static_cast<uint64_t>(slate.id), 4);
  lists.values[kCount].push_back(
      metrics::mean_over_top(top, [&](int32_t p) { return facts.counts[item(p)]; }));
  lists.values[kPercentile].push_back(
      metrics::mean_over_top(top, [&](int32_t p) { return facts.percentiles[item(p)]; }));
  lists.values[kCategory].push_back(metrics::mean_distance_in_top(
      top, [&](int32_t a, int32_t b) { return facts.by_category(item(a), item(b)); }, random));
  lists.values[kCooccurrence].push_back(metrics::mean_distance_in_top(
      top, [&](int32_t a, int32_t b) { return facts.by_cooccurrence(item(a), item(b)); }, random));
}

bool any_category(const data::SlateSet& slates, const ItemFacts& facts) {
  for (const auto& slate : slates.slates)
    for (const int32_t item : slate.candidates)
      if (facts.by_category.has_category(item)) return true;
  return false;
}

BeyondRow make_row(const metrics::PerUserResults& results, const data::SlateSet& slates, ItemFacts& facts,
                   int k, const Resampling& options) {
  R2RANK_CHECK(results.scores.size() == slates.slates.size());
  metrics::Exposure exposure(static_cast<int64_t>(facts.counts.size()));
  metrics::PerUserResults lists;
  lists.user_ids = results.user_ids;
  for (size_t i = 0; i < slates.slates.size(); ++i) {
    const auto top = metrics::top_items(results.scores[i], k);
    exposure.add(slates.slates[i].candidates, top);
    add_list(slates.slates[i], top, facts, options.seed, lists);
  }
  const std::vector<std::string> columns = {kCount, kPercentile, kCategory, kCooccurrence};
  const auto intervals = intervals_of(user_values({results.scorer, {&lists}}, columns), options);
  BeyondRow row;
  row.scorer = results.scorer;
  row.catalogue_coverage = exposure.covered() / static_cast<double>(facts.counts.size());
  row.candidate_coverage = exposure.covered() / static_cast<double>(exposure.offered());
  row.gini = exposure.gini();
  row.training_count = intervals[0];
  row.percentile = intervals[1];
  if (any_category(slates, facts)) row.category_distance = intervals[2];
  row.cooccurrence_distance = intervals[3];
  row.calibration = score_calibration(results, slates);
  return row;
}

}  // namespace

BeyondTable beyond_accuracy(std::span<const metrics::PerUserResults> results, const data::Dataset& dataset,
                            const data::Split& split, const data::SlateSet& slates, int k,
                            const Resampling& options) {
  R2RANK_CHECK(!results.empty() && k >= 1);
  if (ranks_full_catalogue(slates))
    base::fail_usage(
        "eval",
        "lists and calibration need the scores of all candidates (found the protocol {}, of which "
        "the relevant items' scores alone are kept)",
        slates.protocol.name());
  for (const auto& result : results)
    if (result.ranks_only)
      base::fail_usage(
          "eval",
          "lists and calibration need the scores of all candidates; of '{}' only the places of the "
          "relevant items were kept (`compare --ranks`): score these slates with it, or leave it out",
          result.scorer);
  const auto& users = results[0].user_ids;
  BeyondTable table{
      k, static_cast<int64_t>(std::set(users.begin(), users.end()).size()), results[0].protocol, options, {}};
  ItemFacts facts(dataset, split);
  for (const auto& result : results) table.rows.push_back(make_row(result, slates, facts, k, options));
  return table;
}

}  // namespace r2rank::experiment
