#include "data/item_statistics.h"

#include <cmath>
#include <limits>

namespace r2rank::data {

ItemStatistics item_statistics(const Dataset& dataset, const Split& split) {
  ItemStatistics statistics;
  statistics.count.assign(dataset.items.size(), 0);
  statistics.mean_rating.assign(dataset.items.size(), std::numeric_limits<float>::quiet_NaN());
  statistics.rated.assign(dataset.items.size(), 0);
  std::vector<double> sums(dataset.items.size(), 0);
  for (int64_t user = 0; user < dataset.users(); ++user) {
    for (const Interaction& event :
         dataset.events(user).first(static_cast<size_t>(split.training_end[user]))) {
      ++statistics.count[event.item];
      if (std::isnan(event.rating)) continue;
      sums[event.item] += event.rating;
      ++statistics.rated[event.item];
    }
  }
  for (size_t item = 0; item < sums.size(); ++item)
    if (statistics.rated[item] > 0)
      statistics.mean_rating[item] = static_cast<float>(sums[item] / statistics.rated[item]);
  return statistics;
}

}  // namespace r2rank::data
