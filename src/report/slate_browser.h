#pragma once

#include "report/result_group.h"

namespace r2rank::report {

struct BrowserOptions {
  int64_t most_slates = 1000;  ///< of a group; more are sampled, whole users at a time
  uint64_t seed = 7;           ///< of that sample
  int64_t bytes = 4'000'000;   ///< of the JSON of a group: fewer slates are sampled where it would take more
};

/// Slates of a group, column by column, with history, candidates, and each scorer's ranks and scores
/// (docs/report.md, "slates"). null where the slates are not on the shelf, or rank the full catalogue, of
/// which the scores of the relevant items alone are kept. Several training seeds: the first one's. Errors:
/// kData for results that do not fit the slates, and for a damaged file of rationales.
Json slate_browser(const ResultGroup& group, const BrowserOptions& options);

}  // namespace r2rank::report
