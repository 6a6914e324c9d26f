#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/slates.h"
#include "data/split.h"
#include "experiment/score_calibration.h"
#include "experiment/scorer_runs.h"
#include "metrics/bootstrap.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// What a scorer's lists are like, whether or not they are right. Everything is computed from the scores and
/// is an expectation over the order of ties; intervals are over users.
struct BeyondRow {
  std::string scorer;
  double catalogue_coverage = 0;     ///< share of the catalogue that is among the first k of any slate
  double candidate_coverage = 0;     ///< the same, of the items that are a candidate of any slate
  double gini = 0;                   ///< of how often each item of the catalogue is there
  metrics::Interval training_count;  ///< mean training events of the first k
  metrics::Interval percentile;  ///< their mean popularity percentile: the share of the catalogue that has
                                 ///< fewer training events, half of what has as many included
  std::optional<metrics::Interval> category_distance = {};  ///< none where no candidate has a category
  metrics::Interval cooccurrence_distance;                  ///< both: mean over pairs of the first k
  Calibrations calibration;
};

struct BeyondTable {
  int k = 10;
  int64_t users = 0;
  std::string protocol;
  Resampling resampling;
  std::vector<BeyondRow> rows;  ///< one a result
};

/// Distances are those of item_distance.h. REQUIRES results on these slates, with scores, and k >= 1. Errors:
/// kUsage over a full catalogue, of which results keep the relevant items' scores alone, and for scores that
/// only rank (PerUserResults::ranks_only).
BeyondTable beyond_accuracy(std::span<const metrics::PerUserResults> results, const data::Dataset& dataset,
                            const data::Split& split, const data::SlateSet& slates, int k,
                            const Resampling& options);

}  // namespace r2rank::experiment
