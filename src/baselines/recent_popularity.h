#pragma once

#include <memory>

#include "base/config.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

struct RecentPopularityOptions {
  double half_life = 0;  ///< age at which an event counts half; 0: no decay
  double window = 0;     ///< age beyond which an event does not count; 0: every event counts

  void describe(base::ConfigFields& fields);
};

/// Popularity of late: training events of the item, each weighted by 2^(-age / half_life) and left out when
/// its age exceeds `window`. Age is in days before the last training event of anybody. Where the data set's
/// times are only an order of each user's own events, nothing says which user came first: age is then the
/// number of training events the same user had afterwards, so that window = 1 counts every user's last event
/// alone. Errors: kUsage for a negative or infinite setting.
std::unique_ptr<Scorer> make_recent_popularity(const TrainingData& data,
                                               const RecentPopularityOptions& options);

}  // namespace r2rank::baselines
