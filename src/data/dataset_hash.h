#pragma once

#include <string>

#include "data/dataset.h"

namespace r2rank::data {

/// The content hash of users, items, interactions, time kind and rating flag (docs/formats.md, "Content
/// hash"). Name, report and file layout do not enter.
std::string dataset_hash(const Dataset& dataset);

}  // namespace r2rank::data
