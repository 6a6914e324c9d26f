#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/method.h"
#include "experiment/blend.h"
#include "experiment/lambdamart.h"

namespace r2rank::experiment {

/// What was learned from other rankers' scores of validation slates, by a method of combining: "blend" or
/// "lambdamart".
struct Combination {
  std::string method;
  Blend blend;       ///< of "blend"
  LambdaMart trees;  ///< of "lambdamart"

  const std::vector<std::string>& scorers() const;
  double cross_fitted_ndcg() const;
};

/// Whether the scores of this method are, or order equals by, how often an item was chosen. Of slates whose
/// negatives were drawn by popularity a combination would learn from them how that was done.
bool scores_by_popularity(std::string_view method);

/// The method's settings, those not given at their defaults. Errors: kUsage for unknown ones and for another
/// method.
baselines::SettingValues combination_settings(const std::string& method,
                                              const baselines::SettingValues& given);

/// `seed` is that of LambdaMART where its settings give none. Errors: as learn_blend and learn_lambdamart.
Combination learn_combination(const std::string& method, const baselines::SettingValues& settings,
                              int64_t seed, std::span<const metrics::PerUserResults> valid,
                              const data::SlateSet& slates, const data::Dataset& dataset,
                              const data::Split& split);

/// Its scores on other slates, as results of a scorer called `name`; `popularity` as in lambdamart.h. Errors:
/// as apply_blend.
metrics::PerUserResults apply_combination(const Combination& combination,
                                          std::span<const metrics::PerUserResults> results,
                                          const data::SlateSet& slates, const data::Dataset& dataset,
                                          std::span<const double> popularity, const std::string& name);
metrics::PerUserResults apply_combination(const Combination& combination,
                                          std::span<const metrics::PerUserResults> results,
                                          const data::SlateSet& slates, const data::Dataset& dataset,
                                          const data::Split& split, const std::string& name);

/// Its weights, or number of trees and importance of features.
nlohmann::ordered_json describe_combination(const Combination& combination);

}  // namespace r2rank::experiment
