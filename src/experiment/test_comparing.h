#pragma once

// Test support: a small log of users in three groups, and a comparison of a few baselines on it.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "experiment/comparison.h"

namespace r2rank::experiment::testing {

namespace fs = std::filesystem;

/// Sixty users who each keep to one of three groups of ten items.
inline std::string log_text() {
  std::string text = "user_id,item_id,timestamp\n";
  for (uint64_t user = 0; user < 60; ++user) {
    base::RandomStream random(5, base::Purpose::kInit, user);
    for (const uint64_t item : random.sample(10, 8))
      text += fmt::format("u{},i{},{}\n", user, user % 3 * 10 + item, 1000 + random.below(100000));
  }
  return text;
}

class Comparing : public ::testing::Test {
 protected:
  void SetUp() override {
    base::write_file(folder_ / "log.csv", log_text());
    plan_.datasets = {{.name = "groups",
                       .import = {{"interactions", (folder_ / "log.csv").string()}},
                       .split = {{"negative_count", "9"}}}};
    plan_.rows = {row("popularity"), row("item-knn"), combination("blend", "blend")};
    plan_.reference = "item-knn";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static RowPlan row(const std::string& method) {
    RowPlan plan;
    plan.name = plan.method = method;
    return plan;
  }
  static RowPlan combination(const std::string& name, const std::string& method) {
    RowPlan plan = row(method);
    plan.name = name;
    return plan;
  }

  ComparisonResult run() { return run_comparison(plan_, folder_ / "out"); }
  fs::path row_file(const std::string& row, const std::string& file) {
    return folder_ / "out" / "groups" / "rows" / row / "seed-7" / file;
  }
  static std::vector<bool> reused(const ComparisonResult& result) {
    std::vector<bool> flags;
    for (const auto& row : result.rows) flags.push_back(row.reused);
    return flags;
  }

  base::Path folder_ = fs::temp_directory_path() / (fmt::format("r2rank_comparison_{}", ::getpid()));
  ComparisonPlan plan_;
};

}  // namespace r2rank::experiment::testing
