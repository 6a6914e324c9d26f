#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "data/dataset_description.h"

namespace r2rank::data {

/// A data set's description as one JSON object; `split`: how cold the test targets of a split are. null for
/// what is not known.
nlohmann::ordered_json description_json(const Dataset& dataset, const DatasetDescription& description,
                                        const std::optional<ColdStart>& split);

}  // namespace r2rank::data
