#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "metrics/per_user.h"

namespace r2rank::experiment {

/// What a run leaves in summary.json (docs/formats.md).
struct Summary {
  std::map<std::string, metrics::PerUserResults> results;  ///< by the name it gets in the file
  std::vector<std::pair<std::string, std::string>>
      pairs;                              ///< (a, b): the difference a - b is tested as "a-b"
  std::map<std::string, double> seconds;  ///< by what they were spent on
  uint64_t seed = 7;                      ///< of the bootstrap
  int resamples = 2000;
};

/// {"protocol", "users", "results": {name: {metric: {"mean", "lo", "hi"}}}, "paired": {"a-b": {metric:
/// {"mean", "lo", "hi", "p"}}}, "seconds": {...}} with every metric of metrics::metric_names(). Errors:
/// kUsage when there are no results, they are not on the same slates or a pair names none of them; kData when
/// results lack a metric.
std::string summary_json(const Summary& summary);

}  // namespace r2rank::experiment
