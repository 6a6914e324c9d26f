#include "experiment/comparison_outlook.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "data/slate_sample.h"
#include "experiment/comparison_check.h"
#include "experiment/comparison_places.h"
#include "experiment/methods.h"
#include "experiment/rank_file.h"
#include "experiment/row_maker.h"
#include "experiment/scoring_estimate.h"

namespace r2rank::experiment {
namespace {

/// Minutes that training may take with one seed; 0: no limit.
double minutes_of(const RowPlan& row) {
  const double all = row.tune ? row.budget.minutes : 0;
  const double each = row.fit.minutes * static_cast<double>(row.tune ? row.budget.trials : 1);
  return all > 0 && each > 0 ? std::min(all, each) : std::max(all, each);
}

std::string training_text(const RowPlan& row, const std::vector<std::string>& without_scores) {
  if (!without_scores.empty())
    return fmt::format("cannot be made: of {} only ranks are there", fmt::join(without_scores, ", "));
  if (is_combination(row)) return "learns from the rows before it";
  if (!learns_by_epochs(row.method)) return row.tune ? "tuned, no epochs" : "no training";
  const double minutes = minutes_of(row);
  return fmt::format("{}{}", row.tune ? "tuned, " : "",
                     minutes > 0 ? fmt::format("at most {:.4g} min of training", minutes)
                                 : "training until its epochs or its patience end");
}

/// A language model is opened to look at the first slates.
std::string scoring_text(const RowPlan& row, const ComparisonPlan& plan, const Place* place) {
  if (is_combination(row) || !is_language_method(row.method)) return "";
  if (place == nullptr) return "; scoring can be estimated when its data set is made";
  const auto method = make_method(row.method);
  set_settings(*method, settings_for_seed(row, seeds_of(row, plan).front()));
  const auto scorer = method->make(place->training(), static_cast<uint64_t>(plan.seed));
  auto slates =
      data::sampled_slates(place->split.test, place->dataset, {row.slates, static_cast<uint64_t>(plan.seed)})
          .slates;
  const auto& valid = place->split.valid.slates;
  if (row.slates == 0) slates.insert(slates.end(), valid.begin(), valid.end());
  return fmt::format("; scoring takes {}", describe_work(*scorer, slates));
}

/// The seeds with which the row is not there yet.
size_t seeds_missing(const RowPlan& row, const ComparisonPlan& plan, RowMaker* maker) {
  const auto seeds = seeds_of(row, plan);
  if (maker == nullptr) return seeds.size();
  size_t missing = 0;
  for (const int64_t seed : seeds) {
    missing += maker->has(row, seed) ? 0 : 1;
    maker->assume(row, seed);
  }
  return missing;
}

/// Sums over the rows that are to be made.
struct Outlook {
  std::string text;
  double minutes = 0;
  int64_t unlimited = 0;
};

void add_row(const RowPlan& row, const ComparisonPlan& plan, const DatasetPlan& dataset, const Place* place,
             RowMaker* maker, Outlook& outlook) {
  std::vector<std::string> without_scores;
  if (maker != nullptr && is_combination(row))
    without_scores = maker->parts_without_scores(row, seeds_of(row, plan).front());
  const size_t missing = seeds_missing(row, plan, maker);
  std::string line = "there";
  if (missing > 0) {
    line = training_text(row, without_scores) + scoring_text(row, plan, place);
    if (missing > 1) line += fmt::format("; with each of {} seeds", missing);
    const bool trains = !is_combination(row) && learns_by_epochs(row.method);
    outlook.minutes += trains ? minutes_of(row) * static_cast<double>(missing) : 0;
    outlook.unlimited += trains && minutes_of(row) == 0 ? 1 : 0;
  }
  outlook.text += fmt::format("{} / {}: {}\n", dataset.name, row.name, line);
}

void add_place(const ComparisonPlan& plan, const DatasetPlan& dataset, const base::Path& folder,
               const base::Path& ranks, FileIdentities& files, Outlook& outlook) {
  std::optional<Place> place;
  if (is_made(dataset, folder, files)) place = open_place(dataset, folder);
  std::optional<RankFile> file;
  if (place && !ranks.empty()) file.emplace(ranks, *place);
  std::optional<RowMaker> maker;
  if (place) maker.emplace(plan, *place, files, file ? &*file : nullptr);
  outlook.text += fmt::format("{}: {}\n", dataset.name, place ? "there" : "to be imported and split");
  for (const auto& row : plan.rows)
    if (applies(row, dataset))
      add_row(row, plan, dataset, place ? &*place : nullptr, maker ? &*maker : nullptr, outlook);
}

}  // namespace

std::string describe_comparison(const ComparisonPlan& plan, const base::Path& folder,
                                const base::Path& ranks) {
  check_plan(plan);
  check_inputs(plan);
  FileIdentities files;
  Outlook outlook;
  for (const auto& dataset : plan.datasets) add_place(plan, dataset, folder, ranks, files, outlook);
  outlook.text += fmt::format("at most {:.0f} min of training in all", outlook.minutes);
  if (outlook.unlimited > 0)
    outlook.text += fmt::format(", and {} rows without a limit of time", outlook.unlimited);
  return outlook.text + "; scoring comes on top\n";
}

}  // namespace r2rank::experiment
