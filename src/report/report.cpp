#include "report/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "base/interrupt.h"
#include "base/progress.h"
#include "experiment/catalogue_evaluation.h"
#include "report/bench_section.h"
#include "report/curves.h"
#include "report/data_section.h"
#include "report/headline.h"
#include "report/page.h"
#include "report/provenance.h"
#include "report/slate_browser.h"
#include "report/study_costs.h"
#include "report/study_section.h"
#include "report/tables.h"

namespace r2rank::report {
namespace {

constexpr int64_t kLeastBrowser = 20'000;  // bytes under which a browser would hold no slate worth looking at

bool is(const Source& source, SourceKind kind) {
  return source.kind == kind;
}

/// Data sets before the splits that are of them.
void fill_shelf(const std::vector<Source>& sources, DataShelf& shelf) {
  for (const auto& source : sources)
    if (is(source, SourceKind::kDataset)) shelf.add_dataset(source.path);
}

void add_splits(const std::vector<Source>& sources, DataShelf& shelf) {
  for (const auto& source : sources)
    if (is(source, SourceKind::kSplit)) shelf.add_split(source.path);
}

std::vector<Measured> read_results(const std::vector<Source>& sources, DataShelf& shelf) {
  std::vector<Measured> measured;
  for (const auto& source : sources) {
    base::stop_if_interrupted("report");
    auto found = is(source, SourceKind::kEvaluation)   ? read_evaluation(source.path)
                 : is(source, SourceKind::kComparison) ? read_comparison(source.path, shelf)
                                                       : std::vector<Measured>();
    std::move(found.begin(), found.end(), std::back_inserter(measured));
  }
  for (const auto& source : sources)
    if (is(source, SourceKind::kStudy)) add_training_seconds(source.path, measured);
  return measured;
}

Json baseline_curves(const Source& source) {
  const base::Path card = source.path / "baseline.json";
  const Json json = read_json(card);
  return json.contains("report") ? epoch_curves(source.path.string(), json["report"], card) : Json();
}

/// Runs first, then baselines; a comparison's rows were read with its results.
Json curves_json(const std::vector<Source>& sources, const std::vector<Measured>& measured) {
  Json curves = Json::array();
  for (const auto& source : sources)
    if (is(source, SourceKind::kRun)) curves.push_back(run_curves(source.path));
  for (const auto& source : sources)
    if (is(source, SourceKind::kBaseline)) curves.push_back(baseline_curves(source));
  for (const auto& one : measured) curves.push_back(one.curves);
  Json known = Json::array();
  for (auto& curve : curves)
    if (!curve.is_null() && curve["steps"] > 0) known.push_back(std::move(curve));
  return known;
}

template <class Section>
Json sections_of(const std::vector<Source>& sources, SourceKind kind, const Section& section) {
  Json list = Json::array();
  for (const auto& source : sources)
    if (is(source, kind)) list.push_back(section(source.path));
  return list;
}

Json tables_json(const std::vector<ResultGroup>& groups) {
  base::Progress progress("report: intervals and tests", static_cast<int64_t>(groups.size()), "tables");
  Json tables = Json::array();
  for (const auto& group : groups) {
    base::stop_if_interrupted("report");
    tables.push_back(table_json(group));
    progress.advance();
  }
  return tables;
}

std::string why_none(const ResultGroup& group, const Request& request) {
  if (request.most_slates == 0) return "no slates were asked for (--most-slates 0)";
  if (!group.place) return "the slates are not among the sources: name the data set and the split as well";
  if (experiment::ranks_full_catalogue(*group.place->slates))
    return "the whole catalogue was ranked, of which results keep the relevant items' scores alone";
  if (has_ranks_only(group)) return "only ranks of the relevant items are known of its rows";
  return "the page would pass its size limit (--most-megabytes)";
}

/// What is left of the page's bytes is shared among the groups that are still to come.
void add_slates(const std::vector<ResultGroup>& groups, const Request& request, int64_t bytes_left,
                Json& model) {
  model["slates"] = Json::array();
  model["without_slates"] = Json::array();
  auto groups_left = static_cast<int64_t>(groups.size());
  for (const auto& group : groups) {
    base::stop_if_interrupted("report");
    const int64_t share = bytes_left / groups_left--;
    Json browser =
        share < kLeastBrowser
            ? Json()
            : slate_browser(group,
                            {.most_slates = request.most_slates, .seed = request.seed, .bytes = share});
    if (browser.is_null()) {
      model["without_slates"].push_back({{"title", group.title}, {"why", why_none(group, request)}});
      continue;
    }
    bytes_left -= static_cast<int64_t>(model_text(browser).size());
    model["slates"].push_back(std::move(browser));
  }
}

std::string title_of(const Request& request, const DataShelf& shelf) {
  if (!request.title.empty()) return request.title;
  std::vector<std::string> names;
  for (const auto& place : shelf.datasets()) names.push_back(place->name);
  if (names.empty()) names.push_back(request.sources.front().path.filename().string());
  return fmt::format("Results on {}", fmt::join(names, ", "));
}

Json libraries_json(const Request& request) {
  Json list = Json::array();
  for (const auto& [name, version] : request.libraries) list.push_back(Json::array({name, version}));
  return list;
}

}  // namespace

Json build_model(const Request& request, int64_t page_bytes) {
  const auto& sources = request.sources;
  DataShelf shelf;
  fill_shelf(sources, shelf);
  auto measured = read_results(sources, shelf);
  add_splits(sources, shelf);
  Json model = {{"format", "r2rank-report"},
                {"version", 1},
                {"title", title_of(request, shelf)},
                {"program", request.program},
                {"command", request.command},
                {"libraries", libraries_json(request)},
                {"curves", curves_json(sources, measured)}};
  const auto groups = group_results(std::move(measured), shelf, request.reference);
  model["headline"] = headline_json(groups, request.ours);
  model["tables"] = tables_json(groups);
  model["comparison"] = comparison_json(groups);
  model["data"] = Json::array();
  for (const auto& place : shelf.datasets()) model["data"].push_back(data_json(*place));
  model["studies"] = sections_of(sources, SourceKind::kStudy, study_json);
  model["benches"] = sections_of(sources, SourceKind::kBench, bench_json);
  model["provenance"] = Json::array();
  for (const auto& source : sources) model["provenance"].push_back(provenance_json(source));
  const auto fixed = static_cast<int64_t>(model_text(model).size()) + page_bytes + 1000;
  add_slates(groups, request, request.most_bytes - fixed, model);
  return model;
}

}  // namespace r2rank::report
