#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

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
  table.pairs = {{"mine",
                  "base",
                  {{{0.5, 0.4, 0.6}, 0.0005, 0.0004, 0.0004}, {{-0.375, -0.5, -0.25}, 0.04, 0.03, 0.03}}}};
  table.permutations = 10000;
  return table;
}

/// The same with a second pair, so that Holm's correction matters.
inline ResultTable table_of_two_pairs() {
  ResultTable table = small_table();
  table.pairs.push_back(table.pairs[0]);
  table.pairs[1].b = "other";
  for (auto& pair : table.pairs)
    for (auto& test : pair.tests) test.p_holm = 2 * test.p_permutation;
  return table;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// In characters, not bytes.
inline int64_t width_of(const std::string& line) {
  return std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

inline void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in:\n" << text;
}

}  // namespace r2rank::experiment::testing
