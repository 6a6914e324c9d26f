#include "experiment/gradient_trees.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "experiment/lightgbm_api.h"
#include "metrics/tied_blocks.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kDeterminism = "deterministic=true force_row_wise=true num_threads=1 verbosity=-1";

void call(int status, const char* what) {
  if (status == 0) return;
  base::fail(base::ErrorKind::kResource, "lambdamart", "LightGBM could not {}: {}", what,
             LGBM_GetLastError());
}

void stay_silent(const char*) {}

/// Labels as the grades 0, 1, 2, ... that LightGBM wants, and each grade's gain.
struct Grades {
  std::vector<float> of_row, relevance;

  explicit Grades(const std::vector<float>& labels) : relevance(labels) {
    relevance.push_back(0);
    std::sort(relevance.begin(), relevance.end());
    relevance.erase(std::unique(relevance.begin(), relevance.end()), relevance.end());
    for (const float label : labels) {
      const auto place = std::lower_bound(relevance.begin(), relevance.end(), label) - relevance.begin();
      of_row.push_back(static_cast<float>(place));
    }
  }
  std::vector<double> gains() const {
    std::vector<double> result;
    for (const float label : relevance) result.push_back(metrics::gain_of(label));
    return result;
  }
};

void check(const RankingRows& rows, const TreeOptions& options) {
  R2RANK_CHECK(rows.values.size() == rows.rows() * rows.features);
  if (rows.rows() == 0 || rows.features == 0)
    base::fail_usage("lambdamart", "expected slates to learn from, found none");
  if (options.trees < 1 || options.leaves < 2 || !(options.learning_rate > 0) || options.rows_in_leaf < 1 ||
      !(options.feature_share > 0 && options.feature_share <= 1)) {
    base::fail_usage(
        "lambdamart",
        "expected trees and rows_in_leaf of at least 1, leaves of at least 2, learning_rate above 0 and "
        "feature_share in (0, 1] (found: {}, {}, {}, {}, {})",
        options.trees, options.rows_in_leaf, options.leaves, options.learning_rate, options.feature_share);
  }
}

/// [rows]; empty where all lists count the same, so that these are learned from bit by bit as without
/// weights.
std::vector<float> row_weights(const RankingRows& rows) {
  std::vector<float> weights;
  if (std::all_of(rows.weights.begin(), rows.weights.end(), [](double weight) { return weight == 1; }))
    return weights;
  R2RANK_CHECK(rows.weights.size() == rows.sizes.size());
  for (size_t list = 0; list < rows.sizes.size(); ++list)
    weights.insert(weights.end(), static_cast<size_t>(rows.sizes[list]),
                   static_cast<float>(rows.weights[list]));
  return weights;
}

std::string parameters_of(const TreeOptions& options, const std::vector<double>& gains, uint64_t seed) {
  return fmt::format(
      "objective=lambdarank metric=none lambdarank_truncation_level=10 num_leaves={} learning_rate={} "
      "min_data_in_leaf={} feature_fraction={} seed={} label_gain={} {}",
      options.leaves, options.learning_rate, options.rows_in_leaf, options.feature_share, seed % 2147483647,
      fmt::join(gains, ","), kDeterminism);
}

}  // namespace

void TreeOptions::describe(base::ConfigFields& fields) {
  fields.add("trees", trees, "boosted trees, at most").between(1, 100'000);
  fields.add("leaves", leaves, "leaves of a tree").between(2, 10'000);
  fields.add("learning_rate", learning_rate, "share of a tree's step that is taken").between(1e-6, 1);
  fields.add("rows_in_leaf", rows_in_leaf, "candidates a leaf must hold").at_least(1);
  fields.add("feature_share", feature_share, "share of the features that a tree may use").between(0.01, 1);
}

struct GradientTrees::Handles {
  void* dataset = nullptr;
  void* booster = nullptr;
  ~Handles() {
    if (booster != nullptr) LGBM_BoosterFree(booster);
    if (dataset != nullptr) LGBM_DatasetFree(dataset);
  }
};

GradientTrees::GradientTrees(const RankingRows& rows, const TreeOptions& options, uint64_t seed)
    : handles_(std::make_unique<Handles>()) {
  check(rows, options);
  const Grades grades(rows.labels);
  const std::string parameters = parameters_of(options, grades.gains(), seed);
  const auto count = static_cast<int32_t>(rows.rows());
  call(LGBM_RegisterLogCallback(stay_silent), "be silenced");
  call(LGBM_DatasetCreateFromMat(rows.values.data(), lightgbm::kFloat64, count,
                                 static_cast<int32_t>(rows.features), 1, parameters.c_str(), nullptr,
                                 &handles_->dataset),
       "take the features");
  call(LGBM_DatasetSetField(handles_->dataset, "label", grades.of_row.data(), count, lightgbm::kFloat32),
       "take the labels");
  call(LGBM_DatasetSetField(handles_->dataset, "group", rows.sizes.data(),
                            static_cast<int>(rows.sizes.size()), lightgbm::kInt32),
       "take the slates");
  if (const auto weights = row_weights(rows); !weights.empty())
    call(LGBM_DatasetSetField(handles_->dataset, "weight", weights.data(), count, lightgbm::kFloat32),
         "take what slates count");
  call(LGBM_BoosterCreate(handles_->dataset, parameters.c_str(), &handles_->booster), "begin");
}

GradientTrees::GradientTrees(const std::string& text) : handles_(std::make_unique<Handles>()) {
  int iterations = 0;
  call(LGBM_RegisterLogCallback(stay_silent), "be silenced");
  // LightGBM ends the process at some malformed texts, so that what is plainly none never reaches it.
  if (!text.starts_with("tree\n") || text.find("end of trees") == std::string::npos ||
      LGBM_BoosterLoadModelFromString(text.c_str(), &iterations, &handles_->booster) != 0) {
    base::fail_data("lambdamart",
                    "expected a model of boosted trees, found {} bytes of something else; learn it again",
                    text.size());
  }
}

GradientTrees::~GradientTrees() = default;

bool GradientTrees::grow() {
  int finished = 0;
  call(LGBM_BoosterUpdateOneIter(handles_->booster, &finished), "grow a tree");
  return finished == 0;
}

int64_t GradientTrees::trees() const {
  int count = 0;
  call(LGBM_BoosterGetCurrentIteration(handles_->booster, &count), "count its trees");
  return count;
}

std::vector<double> GradientTrees::predict(std::span<const double> values, size_t features, int64_t begin,
                                           int64_t end) const {
  R2RANK_CHECK(features > 0 && values.size() % features == 0);
  std::vector<double> scores(values.size() / features, 0.0);
  if (scores.empty() || begin >= end) return scores;
  int64_t written = 0;
  call(LGBM_BoosterPredictForMat(handles_->booster, values.data(), lightgbm::kFloat64,
                                 static_cast<int32_t>(scores.size()), static_cast<int32_t>(features), 1,
                                 lightgbm::kRawScore, static_cast<int>(begin), static_cast<int>(end - begin),
                                 kDeterminism, &written, scores.data()),
       "score");
  R2RANK_CHECK(written == static_cast<int64_t>(scores.size()));
  return scores;
}

std::vector<double> GradientTrees::importance(size_t features) const {
  int count = 0;
  call(LGBM_BoosterGetNumFeature(handles_->booster, &count), "count its features");
  R2RANK_CHECK(static_cast<size_t>(count) == features);
  std::vector<double> gains(features);
  call(LGBM_BoosterFeatureImportance(handles_->booster, 0, lightgbm::kGain, gains.data()),
       "weigh its features");
  return gains;
}

std::string GradientTrees::to_text() const {
  std::string text(size_t{1} << 20, '\0');
  int64_t size = 0;
  const auto save = [&] {
    call(LGBM_BoosterSaveModelToString(handles_->booster, 0, -1, lightgbm::kGain,
                                       static_cast<int64_t>(text.size()), &size, text.data()),
         "be written");
  };
  save();
  if (size > static_cast<int64_t>(text.size())) {
    text.resize(static_cast<size_t>(size));
    save();
  }
  text.resize(static_cast<size_t>(std::max<int64_t>(size - 1, 0)));  // the size counts the closing zero
  return text;
}

}  // namespace r2rank::experiment
