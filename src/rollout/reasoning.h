#pragma once

#include <functional>
#include <span>
#include <vector>

#include "rollout/reasoner.h"

namespace r2rank::rollout {

/// What reasons about slates and reads the scores: reason() of a reasoner, reason_about_best(), or another
/// source of rationales.
using Reasoning = std::function<std::vector<SlateRollout>(std::span<const PreparedSlate* const>)>;

}  // namespace r2rank::rollout
