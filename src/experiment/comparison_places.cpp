#include "experiment/comparison_places.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "data/import_layout.h"
#include "experiment/baseline_folder.h"
#include "experiment/comparison_row.h"
#include "experiment/split_findings.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMark = "made-from.json";
constexpr const char* kFindings = "check.json";
constexpr const char* kRootMark = "comparison.json";
constexpr const char* kRootFormat = "r2rank-comparison";
constexpr int64_t kRootVersion = 1;

/// Every setting, those left at their defaults too: a later version may have others.
template <class Config>
Json all_settings(const baselines::SettingValues& given) {
  auto config = configured<Config>(given);
  base::ConfigFields fields;
  config.describe(fields);
  return Json::parse(fields.as_json());
}

Json inputs_of(const DatasetPlan& plan, FileIdentities& files) {
  const auto layout = data::find_layout(configured<data::ImportConfig>(plan.import));
  std::vector<base::Path> paths = layout.interactions;
  paths.insert(paths.end(), layout.items.begin(), layout.items.end());
  const auto split = configured<data::SplitConfig>(plan.split);
  if (!split.candidates_file.empty()) paths.emplace_back(split.candidates_file);
  Json inputs = Json::array();
  for (const auto& path : paths)
    inputs.push_back({{"file", path.filename().string()}, {"content", files.of(path)}});
  return inputs;
}

data::Dataset import_plan(const DatasetPlan& plan, const base::Path& folder) {
  auto import = configured<data::ImportConfig>(plan.import);
  if (import.name.empty()) import.name = plan.name;
  data::save_dataset(data::import_dataset(import), folder / "data", true);
  return data::load_dataset(folder / "data");
}

data::Split split_plan(const DatasetPlan& plan, const data::Dataset& dataset) {
  const auto config = configured<data::SplitConfig>(plan.split);
  std::unique_ptr<baselines::Scorer> retriever;
  return data::make_split(dataset, config, [&](const data::Split& training) {
    return fitted_retriever(config.retriever, {dataset, training}, static_cast<uint64_t>(config.seed),
                            retriever);
  });
}

void check_parts(const data::Split& split) {
  if (split.valid.slates.empty() || split.test.slates.empty())
    base::fail_usage("compare", "its split has no {} slates; make it with more users",
                     split.valid.slates.empty() ? "valid" : "test");
}

void make(const DatasetPlan& plan, const base::Path& folder, const std::string& key) {
  const data::Dataset dataset = import_plan(plan, folder);
  const data::Split split = split_plan(plan, dataset);
  check_parts(split);
  data::save_split(split, dataset, folder / "split", true);
  const auto findings = data::check_split(dataset, data::load_split(folder / "split", dataset));
  base::write_file(folder / kFindings, findings_json(findings).dump(1) + "\n");
  base::write_file(folder / kMark, key + "\n");
}

std::vector<data::Finding> read_findings(const base::Path& folder) {
  const std::string source = (folder / kFindings).string();
  return parse_findings(base::parse_json(base::read_file(source), "compare", source), source);
}

/// What is fine or part of the protocol goes without saying; it stays in check.json.
void report(const std::string& name, const std::vector<data::Finding>& findings) {
  for (const auto& finding : findings)
    if (finding.verdict >= data::Verdict::kWarning)
      base::log_warning("{}: {}: {}", name, finding.name, finding.text);
  if (worst_of(findings) == data::Verdict::kFailure)
    base::fail_data("compare",
                    "`data check` failed, so that figures on this split would be wrong (see the warnings "
                    "above); mend the data or choose another protocol");
}

}  // namespace

void claim_root(const base::Path& root) {
  const base::Path mark = root / kRootMark;
  if (std::filesystem::exists(mark)) {
    const auto card = base::parse_json(base::read_file(mark), "compare", mark.string());
    return base::check_format(card, kRootFormat, kRootVersion, "compare", mark.string());
  }
  if (std::filesystem::exists(root) && !std::filesystem::is_empty(root)) {
    base::fail_usage("compare",
                     "expected an empty folder or one that compare made in {}, found '{}' and no {}; name "
                     "another --output",
                     root.string(), std::filesystem::directory_iterator(root)->path().filename().string(),
                     kRootMark);
  }
  base::write_file(mark, Json{{"format", kRootFormat}, {"version", kRootVersion}}.dump() + "\n");
}

std::string dataset_key(const DatasetPlan& plan, FileIdentities& files) {
  return Json{{"import", all_settings<data::ImportConfig>(plan.import)},
              {"split", all_settings<data::SplitConfig>(plan.split)},
              {"inputs", inputs_of(plan, files)},
              {"results_version", kResultsVersion}}
      .dump(1, ' ', false, Json::error_handler_t::replace);
}

bool is_made(const DatasetPlan& plan, const base::Path& root, FileIdentities& files) {
  const base::Path mark = root / plan.name / kMark;
  return std::filesystem::exists(mark) && base::read_file(mark) == dataset_key(plan, files) + "\n";
}

void make_place(const DatasetPlan& plan, const base::Path& root, FileIdentities& files) {
  const base::Path folder = root / plan.name;
  try {
    if (!is_made(plan, root, files)) {
      if (std::filesystem::exists(folder))
        base::log_warning("{}: its settings or files are others than before; it and its rows are made anew",
                          plan.name);
      make(plan, folder, dataset_key(plan, files));
    }
    report(plan.name, read_findings(folder));
  } catch (const base::Error& error) {
    throw base::Error(error.kind(), "compare", fmt::format("data set {}: {}", plan.name, error.what()));
  }
}

Place open_place(const DatasetPlan& plan, const base::Path& root) {
  const base::Path folder = root / plan.name;
  data::Dataset dataset = data::load_dataset(folder / "data");
  data::Split split = data::load_split(folder / "split", dataset);
  return {&plan, folder, std::move(dataset), std::move(split), read_findings(folder)};
}

}  // namespace r2rank::experiment
