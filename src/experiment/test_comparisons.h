#pragma once

#include "experiment/comparison_table.h"

namespace r2rank::experiment::testing {

/// One cell of each kind, with round numbers.
inline ComparisonTable small_comparison() {
  ComparisonTable table{"data set",
                        {.reference = "base_1"},
                        {{"a&b", "loo-uni19-seed7", "h", 40, 40}, {"films", "loo-uni19-seed7", "h2", 25, 30}},
                        {}};
  ComparisonCell base{{0.25, 0.2, 0.3}}, better{{0.5, 0.4, 0.6}}, same{{0.25, 0.1, 0.4}};
  better.to_reference = {{0.25, 0.2, 0.3}, 0.001, 0.002, 0.004};
  same.to_reference = {{0, -0.1, 0.1}, 1, 0.9, 1};
  table.rows = {{"base_1", {base, base}}, {"new", {better, std::nullopt}}, {"old", {same, same}}};
  return table;
}

}  // namespace r2rank::experiment::testing
