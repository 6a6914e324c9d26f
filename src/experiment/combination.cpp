#include "experiment/combination.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/stable_sort.h"
#include "experiment/comparison_plan.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

using Importance = std::vector<std::pair<std::string, double>>;

bool is_blend(const std::string& method) {
  if (method != "blend" && method != "lambdamart")
    base::fail_usage("combine", "there is no way of combining called '{}'; choose of blend, lambdamart",
                     method);
  return method == "blend";
}

template <class Options>
baselines::SettingValues all_settings(const baselines::SettingValues& given) {
  auto options = configured<Options>(given);
  base::ConfigFields fields;
  options.describe(fields);
  baselines::SettingValues values;
  for (const auto& field : fields.all()) values.emplace_back(field.name, field.as_text());
  return values;
}

/// Largest first; a ranker may be called as a feature is, whose shares then count together.
Importance in_order(const Importance& importance) {
  Importance sums;
  for (const auto& [feature, share] : importance) {
    const auto known = std::find_if(sums.begin(), sums.end(),
                                    [name = feature](const auto& sum) { return sum.first == name; });
    if (known == sums.end())
      sums.emplace_back(feature, share);
    else
      known->second += share;
  }
  sums =
      base::stable_sorted(std::move(sums), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sums;
}

}  // namespace

const std::vector<std::string>& Combination::scorers() const {
  return is_blend(method) ? blend.scorers : trees.scorers;
}

double Combination::cross_fitted_ndcg() const {
  return is_blend(method) ? blend.cross_fitted_ndcg : trees.cross_fitted_ndcg;
}

bool scores_by_popularity(std::string_view method) {
  return method == "popularity" || method == "recent-popularity" || method == "item-knn-pop";
}

baselines::SettingValues combination_settings(const std::string& method,
                                              const baselines::SettingValues& given) {
  return is_blend(method) ? all_settings<BlendOptions>(given) : all_settings<LambdaMartOptions>(given);
}

Combination learn_combination(const std::string& method, const baselines::SettingValues& settings,
                              int64_t seed, std::span<const metrics::PerUserResults> valid,
                              const data::SlateSet& slates, const data::Dataset& dataset,
                              const data::Split& split) {
  Combination combination{.method = method, .blend = {}, .trees = {}};
  if (is_blend(method)) {
    combination.blend = learn_blend(valid, slates, configured<BlendOptions>(settings));
    return combination;
  }
  auto options = configured<LambdaMartOptions>(settings);
  if (given_setting(settings, "seed").empty()) options.seed = seed;
  combination.trees = learn_lambdamart(valid, slates, dataset, split, options);
  return combination;
}

metrics::PerUserResults apply_combination(const Combination& combination,
                                          std::span<const metrics::PerUserResults> results,
                                          const data::SlateSet& slates, const data::Dataset& dataset,
                                          std::span<const double> popularity, const std::string& name) {
  return is_blend(combination.method)
             ? apply_blend(combination.blend, results, slates, dataset, name)
             : apply_lambdamart(combination.trees, results, slates, dataset, popularity, name);
}

metrics::PerUserResults apply_combination(const Combination& combination,
                                          std::span<const metrics::PerUserResults> results,
                                          const data::SlateSet& slates, const data::Dataset& dataset,
                                          const data::Split& split, const std::string& name) {
  return apply_combination(combination, results, slates, dataset, log_popularity(dataset, split), name);
}

Json describe_combination(const Combination& combination) {
  Json shares = Json::object();
  if (is_blend(combination.method)) {
    const Blend& blend = combination.blend;
    for (size_t i = 0; i < blend.scorers.size(); ++i) shares[blend.scorers[i]] = blend.weights[i];
    return {{"weights", shares}};
  }
  for (const auto& [feature, share] : in_order(combination.trees.importance)) shares[feature] = share;
  return {{"trees", combination.trees.trees}, {"importance", shares}};
}

}  // namespace r2rank::experiment
