#pragma once

#include <string>

#include "data/dataset.h"

namespace r2rank::data {

/// The three tables of a dataset folder as Parquet files in memory.
std::string interactions_to_parquet(const Dataset& dataset);
std::string items_to_parquet(const Dataset& dataset);
std::string users_to_parquet(const Dataset& dataset);

/// The inverse; each fills its part of `dataset`. Columns must have the expected names and types and hold no
/// nulls. Errors: kData naming `source`.
void interactions_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset);
void items_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset);
void users_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset);

}  // namespace r2rank::data
