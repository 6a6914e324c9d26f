#include "experiment/comparison.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/progress.h"
#include "data/slate_sample.h"
#include "data/slate_traits.h"
#include "experiment/comparison_check.h"
#include "experiment/comparison_places.h"
#include "experiment/comparison_tables.h"
#include "experiment/evaluation.h"
#include "experiment/rank_file.h"
#include "experiment/row_maker.h"

namespace r2rank::experiment {
namespace {

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

void announce(const MadeRow& made, const std::string& metric) {
  const MeasuredRow& row = made.measured;
  base::log_info("{} / {}: {} {:.4f} over users, {} slates{}{}", row.dataset, row.row, metric,
                 mean(user_means(made.test, metric)), row.slates,
                 is_cut_by_clock(row) ? ", cut by the clock" : "",
                 row.reused ? ", found finished"
                            : ", " + base::format_duration(row.training_seconds + row.scoring_seconds));
}

/// The metrics that results lack are measured from their scores; a full catalogue's were checked to be there.
void complete(MadeRow& made, const Place& place, const ComparisonPlan& plan, const RowPlan& row) {
  for (const auto& metric : metrics_of(plan)) {
    if (made.test.values.contains(metric)) continue;
    const auto slates =
        data::sampled_slates(place.split.test, place.dataset, {row.slates, static_cast<uint64_t>(plan.seed)});
    complete_results(made.test, slates, {metric}, made.measured.result);
  }
}

void add_row(const RowPlan& row, const ComparisonPlan& plan, const Place& place, RowMaker& maker,
             PlaceResults& measured, ComparisonResult& result) {
  for (MadeRow& made : maker.make(row)) {
    if (made.measured.failure.empty()) {
      complete(made, place, plan, row);
      announce(made, plan.metric);
      measured.rows.push_back({row.slates, std::move(made.test)});
    }
    result.rows.push_back(std::move(made.measured));
  }
}

PlaceResults measure(const ComparisonPlan& plan, const Place& place, RankFile* ranks, FileIdentities& files,
                     ComparisonResult& result) {
  const DatasetPlan& dataset = *place.plan;
  result.places.push_back({dataset.name, place.split.protocol.name(), place.findings});
  PlaceResults measured{.dataset = dataset.name, .rows = {}};
  std::set<int32_t> tied;  // users
  for (const auto& slate : place.split.test.slates)
    if (data::order_decided_by_ties(place.dataset, slate)) tied.insert(slate.user);
  for (const auto& slate : place.split.test.slates)
    if (tied.contains(slate.user)) measured.tied.insert(slate.id);
  RowMaker maker(plan, place, files, ranks);
  for (const auto& row : plan.rows)
    if (applies(row, dataset)) add_row(row, plan, place, maker, measured, result);
  return measured;
}

}  // namespace

ComparisonResult run_comparison(const ComparisonPlan& plan, const base::Path& folder,
                                const base::Path& ranks) {
  check_plan(plan);
  check_inputs(plan);
  claim_root(folder);
  FileIdentities files;
  for (const auto& dataset : plan.datasets) make_place(dataset, folder, files);
  if (!ranks.empty())  // refused before the first row, not after those of the data sets before
    for (const auto& dataset : plan.datasets) RankFile(ranks, open_place(dataset, folder));
  ComparisonResult result;
  std::vector<PlaceResults> measured;
  for (const auto& dataset : plan.datasets) {
    const Place place = open_place(dataset, folder);
    std::optional<RankFile> file;
    if (!ranks.empty()) file.emplace(ranks, place);
    measured.push_back(measure(plan, place, file ? &*file : nullptr, files, result));
  }
  result.tables = comparison_tables(plan, measured);
  return result;
}

}  // namespace r2rank::experiment
