#pragma once

#include <span>
#include <string>
#include <vector>

#include "learn/step.h"

namespace r2rank::learn {

/// Averages what the slates of one step found out into named values (docs/metrics.md).
std::vector<std::pair<std::string, double>> summarize(std::span<const SlateOutcome> outcomes,
                                                      std::span<const StepSlate> slates, int cutoff);

}  // namespace r2rank::learn
