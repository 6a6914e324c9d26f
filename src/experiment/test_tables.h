#pragma once

#include <cmath>

#include "experiment/result_table.h"

namespace r2rank::experiment::testing {

/// Two scorers, each the best in one of two metrics, and their difference; the second's time was not
/// measured.
inline ResultTable small_table() {
  ResultTable table;
  table.protocol = "loo-uni19-seed7";
  table.slates_hash = "0123abcd";
  table.users = table.slates = 40;
  table.seed = 7;
  table.resamples = 2000;
  table.metrics = {"ndcg@10", "mrr"};
  table.rows = {{"base", {{0.25, 0.2, 0.3}, {0.5, 0.45, 0.55}}, 320, 12.5},
                {"mine", {{0.75, 0.7, 0.8}, {0.125, 0.1, 0.15}}, 0, NAN}};
  table.pairs = {{"mine", "base", {{{0.5, 0.4, 0.6}, 0.0005}, {{-0.375, -0.5, -0.25}, 0.04}}}};
  return table;
}

}  // namespace r2rank::experiment::testing
