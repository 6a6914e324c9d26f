#pragma once

#include <optional>
#include <span>
#include <vector>

#include "data/slates.h"
#include "metrics/calibration.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// How sure the scores of a scorer are, against how often they are right.
struct ScoreCalibration {
  double error = 0;      ///< expected calibration error over every candidate of every slate
  double top_error = 0;  ///< of the first candidate alone: its probability against how often it is relevant
  double log_loss = 0;   ///< mean over slates
  std::vector<metrics::ReliabilityBin> top_bins = {};  ///< of the first candidate
};

/// Three readings of the same scores.
struct Calibrations {
  ScoreCalibration plain;   ///< softmax over the slate
  ScoreCalibration scaled;  ///< the same at a temperature fitted on the other half of the users
  double temperature = 1;   ///< the one that fits slates of all users
  /// Where all scores lie in [0, 1]: the calibration error of each score read as the probability that its
  /// item is relevant, which is what a verdict's P(yes) claims.
  std::optional<double> probability_error = {};
};

/// Users are halved by their order of first appearance; a temperature is fitted on at most 2,000 slates,
/// of more on 2,000 at even distances.
/// REQUIRES results on these slates, with scores.
Calibrations score_calibration(const metrics::PerUserResults& results, const data::SlateSet& slates);

}  // namespace r2rank::experiment
