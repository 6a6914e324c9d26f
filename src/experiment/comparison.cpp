#include "experiment/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "data/import.h"
#include "data/split.h"
#include "experiment/baseline_folder.h"
#include "experiment/blend.h"
#include "experiment/comparison_row.h"
#include "experiment/evaluation.h"
#include "experiment/lambdamart.h"
#include "experiment/methods.h"
#include "experiment/scoring_estimate.h"

namespace r2rank::experiment {
namespace {

using Clock = std::chrono::steady_clock;
using metrics::PerUserResults;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class Config>
Config configured(const baselines::SettingValues& settings) {
  Config config;
  base::ConfigFields fields;
  config.describe(fields);
  for (const auto& [name, value] : settings) fields.set(name, value);
  return config;
}

/// What a data set was made from: another answer means another data set.
std::string dataset_key(const DatasetPlan& plan) {
  return nlohmann::ordered_json{{"import", settings_json(plan.import)}, {"split", settings_json(plan.split)}}
      .dump(1);
}

/// A data set of the comparison, made or loaded, with the results of its rows so far.
struct Place {
  const DatasetPlan* plan;
  base::Path folder;
  data::Dataset dataset;
  data::Split split;
  std::vector<PerUserResults> valid, test;  ///< of the rows that scored every slate, in order

  baselines::TrainingData training() const { return {dataset, split}; }
};

void make_dataset(const DatasetPlan& plan, const base::Path& folder) {
  auto import = configured<data::ImportConfig>(plan.import);
  if (import.name.empty()) import.name = plan.name;
  const data::Dataset dataset = data::import_dataset(import);
  data::save_dataset(dataset, folder / "data", true);
}

void make_dataset_and_split(const DatasetPlan& plan, const base::Path& folder) {
  make_dataset(plan, folder);
  const data::Dataset dataset = data::load_dataset(folder / "data");
  const auto config = configured<data::SplitConfig>(plan.split);
  std::unique_ptr<baselines::Scorer> retriever;
  const data::Split split = data::make_split(dataset, config, [&](const data::Split& training) {
    return fitted_retriever(config.retriever, {dataset, training}, static_cast<uint64_t>(config.seed),
                            retriever);
  });
  data::save_split(split, dataset, folder / "split", true);
  base::write_file(folder / "made-from.json", dataset_key(plan) + "\n");
}

bool is_made(const DatasetPlan& plan, const base::Path& folder) {
  const base::Path mark = folder / "made-from.json";
  return std::filesystem::exists(mark) && base::read_file(mark) == dataset_key(plan) + "\n";
}

Place open_place(const DatasetPlan& plan, const base::Path& root) {
  const base::Path folder = root / plan.name;
  if (!is_made(plan, folder)) make_dataset_and_split(plan, folder);
  data::Dataset dataset = data::load_dataset(folder / "data");
  data::Split split = data::load_split(folder / "split", dataset);
  if (split.valid.slates.empty() || split.test.slates.empty())
    base::fail_usage("compare", "data set {}: its split has no {} slates; make it with more users", plan.name,
                     split.valid.slates.empty() ? "valid" : "test");
  return {&plan, folder, std::move(dataset), std::move(split), {}, {}};
}

/// The first `count` slates as a set of their own; all of them as they are.
data::SlateSet first_slates(const data::SlateSet& set, int64_t count) {
  if (count <= 0 || count >= static_cast<int64_t>(set.slates.size())) return set;
  data::SlateSet part = set;
  part.slates.resize(count);
  part.hash = set.hash + fmt::format(":{}", count);
  return part;
}

class RowMaker {
 public:
  RowMaker(const ComparisonPlan& plan, Place& place) : plan_(plan), place_(place) {}

  /// The row's results, made or found; appended to the place's where every slate was scored.
  MeasuredRow make(const RowPlan& row) {
    const base::Path folder = place_.folder / "rows" / row.name;
    const std::string key = row_key(row, plan_, place_.split, place_.dataset, keys_of_parts(row));
    auto found = read_row(folder, key);
    const bool reused = found.has_value();
    if (!reused) {
      found = is_combination(row) ? combine(row) : train(row);
      write_row(folder, key, *found);
    }
    found->measured.reused = reused;
    found->measured.dataset = place_.plan->name;
    found->measured.row = row.name;
    found->measured.result = (folder / "test.parquet").string();
    if (row.slates == 0) {
      keys_.emplace_back(row.name, key);
      place_.valid.push_back(std::move(found->valid));
      place_.test.push_back(found->test);
    }
    part_ = std::move(found->test);
    return std::move(found->measured);
  }
  /// The test results of the row made last.
  PerUserResults& test_results() { return part_; }

 private:
  StoredRow train(const RowPlan& row) {
    const auto start = Clock::now();
    BaselineRequest request{.method = row.method,
                            .settings = row.settings,
                            .seed = static_cast<uint64_t>(plan_.seed),
                            .fit = row.fit,
                            .tune = row.budget};
    if (!row.tune) request.tune.trials = 1;
    FittedBaseline fitted = fit_baseline(request, place_.training());
    StoredRow stored;
    stored.measured.method = row.method;
    stored.measured.training_seconds = seconds_since(start);
    stored.measured.settings = fitted.settings;
    for (const auto& trial : fitted.report.trials) stored.measured.trials += trial.run ? 1 : 0;
    if (!fitted.report.trials.empty())
      stored.measured.valid_ndcg = fitted.report.trials[fitted.report.best].ndcg;
    stored.report = report_json(fitted.report).dump();
    return score(std::move(stored), row, *fitted.scorer);
  }

  /// Validation scores are what combinations learn from; a row on some slates only is in none.
  StoredRow score(StoredRow stored, const RowPlan& row, baselines::Scorer& scorer) {
    const auto start = Clock::now();
    const std::string label = place_.plan->name + " " + row.name;
    const data::SlateSet test = first_slates(place_.split.test, row.slates);
    if (const std::string work = describe_work(scorer, test.slates); !work.empty())
      base::log_info("{}: scoring takes {}", label, work);
    if (row.slates == 0)
      stored.valid = evaluate(scorer, place_.split.valid, place_.dataset, label + ", valid");
    stored.test = evaluate(scorer, test, place_.dataset, label);
    stored.valid.scorer = stored.test.scorer = row.name;
    stored.measured.scoring_seconds = seconds_since(start);
    stored.measured.slates = static_cast<int64_t>(stored.test.slate_ids.size());
    return stored;
  }

  StoredRow combine(const RowPlan& row) {
    const auto start = Clock::now();
    const auto names = parts_of(row);
    const auto valid = pick_results(place_.valid, names), test = pick_results(place_.test, names);
    StoredRow stored;
    stored.measured.method = row.method;
    stored.measured.settings = row.settings;
    if (row.method == "blend")
      blend(row, valid, test, stored);
    else
      lambdamart(row, valid, test, stored);
    stored.measured.training_seconds = seconds_since(start);
    stored.measured.slates = static_cast<int64_t>(stored.test.slate_ids.size());
    return stored;
  }

  void blend(const RowPlan& row, const std::vector<PerUserResults>& valid,
             const std::vector<PerUserResults>& test, StoredRow& stored) {
    const Blend learned = learn_blend(valid, place_.split.valid, configured<BlendOptions>(row.settings));
    nlohmann::ordered_json weights;
    for (size_t i = 0; i < learned.scorers.size(); ++i) weights[learned.scorers[i]] = learned.weights[i];
    stored.report = nlohmann::ordered_json{{"weights", weights}}.dump();
    stored.measured.valid_ndcg = learned.cross_fitted_ndcg;
    stored.valid = apply_blend(learned, valid, place_.split.valid, place_.dataset, row.name);
    stored.test = apply_blend(learned, test, place_.split.test, place_.dataset, row.name);
  }

  void lambdamart(const RowPlan& row, const std::vector<PerUserResults>& valid,
                  const std::vector<PerUserResults>& test, StoredRow& stored) {
    const LambdaMart learned = learn_lambdamart(valid, place_.split.valid, place_.dataset, place_.split,
                                                configured<LambdaMartOptions>(row.settings));
    nlohmann::ordered_json importance;
    for (const auto& [feature, share] : learned.importance) importance[feature] = share;
    stored.report = nlohmann::ordered_json{{"trees", learned.trees}, {"importance", importance}}.dump();
    stored.measured.valid_ndcg = learned.cross_fitted_ndcg;
    stored.valid =
        apply_lambdamart(learned, valid, place_.split.valid, place_.dataset, place_.split, row.name);
    stored.test = apply_lambdamart(learned, test, place_.split.test, place_.dataset, place_.split, row.name);
  }

  std::vector<std::string> parts_of(const RowPlan& row) const {
    return row.of.empty() ? names_of(place_.valid) : row.of;
  }

  std::vector<std::string> keys_of_parts(const RowPlan& row) const {
    std::vector<std::string> keys;
    if (!is_combination(row)) return keys;
    for (const auto& name : parts_of(row))
      for (const auto& [made, key] : keys_)
        if (made == name) keys.push_back(key);
    return keys;
  }

  static std::vector<std::string> names_of(const std::vector<PerUserResults>& results) {
    std::vector<std::string> names;
    for (const auto& result : results) names.push_back(result.scorer);
    return names;
  }

  const ComparisonPlan& plan_;
  Place& place_;
  std::vector<std::pair<std::string, std::string>> keys_;  // row, key: of the rows that can be combined
  PerUserResults part_;
};

/// Results of the first `count` slates, under the hash that first_slates() gives them.
PerUserResults first_rows(const PerUserResults& results, size_t count) {
  if (count >= results.slate_ids.size()) return results;
  PerUserResults part = results;
  part.slates_hash = results.slates_hash + fmt::format(":{}", count);
  part.slate_ids.resize(count);
  part.user_ids.resize(count);
  for (auto& [name, values] : part.values) values.resize(count);
  part.scores.resize(std::min(count, part.scores.size()));
  return part;
}

/// One column of a table: what was measured on at least the first `slates` of the data set.
ComparisonInput column_of(const std::string& dataset, const std::vector<PerUserResults>& all, size_t slates) {
  ComparisonInput column{.name = dataset, .results = {}};
  for (const auto& results : all)
    if (results.slate_ids.size() >= slates) column.results.push_back(first_rows(results, slates));
  return column;
}

using ResultsOf = std::vector<std::pair<std::string, std::vector<PerUserResults>>>;  // by data set

/// Rows that score fewer slates are compared in tables of their own, where every other row counts on the same
/// slates.
std::vector<ComparisonTable> tables_of(const ComparisonPlan& plan, const ResultsOf& measured) {
  std::set<int64_t> sizes = {0};
  for (const auto& row : plan.rows) sizes.insert(row.slates);
  std::vector<ComparisonTable> tables;
  for (const int64_t size : sizes) {
    std::vector<ComparisonInput> columns;
    for (const auto& [dataset, results] : measured) {
      size_t most = 0;
      for (const auto& result : results) most = std::max(most, result.slate_ids.size());
      const size_t count = size == 0 ? most : std::min(most, static_cast<size_t>(size));
      columns.push_back(column_of(dataset, results, count));
    }
    ComparisonOptions options;
    options.metric = plan.metric;
    options.reference = plan.reference;
    tables.push_back(compare(size == 0 ? "data set" : fmt::format("data set, first {} test slates", size),
                             columns, options));
  }
  return tables;
}

void announce(const MeasuredRow& row, const PerUserResults& results, const std::string& metric) {
  const auto& values = results.values.at(metric);
  double sum = 0;
  for (const double value : values) sum += value;
  base::log_info(
      "{} / {}: {} {:.4f} on {} slates{}", row.dataset, row.row, metric,
      sum / static_cast<double>(values.size()), values.size(),
      row.reused ? ", found finished"
                 : fmt::format(", {}", base::format_duration(row.training_seconds + row.scoring_seconds)));
}

}  // namespace

ComparisonResult run_comparison(const ComparisonPlan& plan, const base::Path& folder) {
  ComparisonResult result;
  ResultsOf measured;
  for (const auto& dataset : plan.datasets) {
    Place place = open_place(dataset, folder);
    RowMaker maker(plan, place);
    measured.emplace_back(dataset.name, std::vector<PerUserResults>());
    for (const auto& row : plan.rows) {
      if (!applies(row, dataset)) continue;
      base::stop_if_interrupted("compare");
      result.rows.push_back(maker.make(row));
      announce(result.rows.back(), maker.test_results(), plan.metric);
      measured.back().second.push_back(std::move(maker.test_results()));
    }
  }
  result.tables = tables_of(plan, measured);
  return result;
}

std::string describe_comparison(const ComparisonPlan& plan, const base::Path& folder) {
  std::string text;
  double minutes = 0;
  for (const auto& dataset : plan.datasets)
    for (const auto& row : plan.rows) {
      if (!applies(row, dataset)) continue;
      const bool there = std::filesystem::exists(folder / dataset.name / "rows" / row.name / "row.json");
      const double budget = is_combination(row) ? 0 : row.budget.minutes;
      if (!there) minutes += budget;
      text += fmt::format("{} / {}: {}\n", dataset.name, row.name,
                          there ? "there; made anew if its settings changed"
                          : budget > 0
                              ? fmt::format("{}at most {} min of training", row.tune ? "tuned, " : "", budget)
                              : "no limit of time");
    }
  return text + fmt::format("at most {:.0f} min of training in all, scoring comes on top\n", minutes);
}

}  // namespace r2rank::experiment
