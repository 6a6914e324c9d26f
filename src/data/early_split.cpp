#include "data/early_split.h"

#include <algorithm>

#include "base/error.h"

namespace r2rank::data {

Split early_split(const Split& split, int64_t withhold, int64_t min_history) {
  R2RANK_CHECK(withhold >= 1 && min_history >= 0);
  Split early = split;
  for (int32_t& end : early.training_end)
    if (end > min_history) end = static_cast<int32_t>(std::max<int64_t>(min_history, end - withhold));
  return early;
}

}  // namespace r2rank::data
