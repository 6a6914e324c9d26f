#pragma once

#include <cstdint>

#include "data/split.h"

namespace r2rank::data {

/// The split as if training had ended earlier: each user with n > `min_history` training events keeps the
/// first max(min_history, n - withhold) of them, others keep all. Withheld are exactly the events that
/// TrainingSlates with `recent_targets` = withhold and this min_history draws as targets. Slates stay as they
/// are. REQUIRES: withhold >= 1, min_history >= 0.
Split early_split(const Split& split, int64_t withhold, int64_t min_history);

}  // namespace r2rank::data
