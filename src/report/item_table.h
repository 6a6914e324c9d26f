#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "data/dataset.h"
#include "report/json_file.h"

namespace r2rank::report {

/// The items that slates mention, each once, numbered in the order of their first mention. The data set must
/// outlive it.
class ItemTable {
 public:
  explicit ItemTable(const data::Dataset& dataset) : dataset_(dataset) {}

  size_t place_of(int32_t item);
  /// {"id": [...], "title": [...], "brand": [...], "category": [...]}; long texts end in "…", the category is
  /// the innermost.
  Json as_json() const;

 private:
  const data::Dataset& dataset_;
  std::vector<int32_t> items_;
  std::unordered_map<int32_t, size_t> place_of_;
};

}  // namespace r2rank::report
