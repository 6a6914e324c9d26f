#pragma once

#include <span>
#include <string>

#include "baselines/scorer.h"
#include "data/slates.h"

namespace r2rank::experiment {

/// What scoring these slates will ask of a language model or a server, as a line without a full stop: "about
/// 5 min: 300 slates, 1.2 million tokens"; of a server, whose speed is not known, requests instead of
/// minutes. Of a combination, that of each part with its name. Empty for scorers without a language model.
/// Measures the speed of a product (cost.h) where the model runs here.
std::string describe_work(const baselines::Scorer& scorer, std::span<const data::Slate> slates);

}  // namespace r2rank::experiment
