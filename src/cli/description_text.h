#pragma once

#include <optional>
#include <string>

#include "data/dataset_description.h"

namespace r2rank::cli {

/// A data set's description as text with small histograms, lines of at most 96 characters; `split`: how cold
/// the test targets of a split are.
std::string description_text(const data::Dataset& dataset, const data::DatasetDescription& description,
                             const std::optional<data::ColdStart>& split);

}  // namespace r2rank::cli
