#pragma once

#include <string>
#include <vector>

#include "data/split.h"
#include "data/test_support.h"
#include "experiment/evaluation.h"
#include "metrics/per_user.h"

namespace r2rank::report::testing {

/// A data set and a split of it, in memory and on disk, and results on its test slates.
struct World {
  data::testing::TemporaryFolder folder;
  data::Dataset dataset = data::testing::regular_dataset(6, 6, 20);
  data::Split split;

  World() {
    data::SplitConfig config;
    config.negative_count = 4;
    split = data::make_split(dataset, config);
    data::save_dataset(dataset, path("data"), false);
    data::save_split(split, dataset, path("split"), false);
  }

  base::Path path(const std::string& name) const { return folder.path() / name; }

  /// Every slate's score of candidate i is `slope` * i, of its relevant item `bonus` more.
  metrics::PerUserResults results(const std::string& scorer, double slope, double bonus) const {
    auto results = experiment::results_without_rows(scorer, split.test);
    results.training_hash = data::training_hash(split);
    for (const auto& slate : split.test.slates) {
      std::vector<double> scores;
      for (size_t i = 0; i < slate.candidates.size(); ++i)
        scores.push_back(slope * static_cast<double>(i) + (slate.relevance[i] > 0 ? bonus : 0));
      experiment::append_slate(results, slate, dataset, scores);
      results.values[experiment::kMilliseconds].push_back(2);
      results.values[experiment::kTokens].push_back(100);
    }
    return results;
  }

  void evaluated(const std::string& where, const std::string& scorer, double slope, double bonus) const {
    metrics::save_per_user(results(scorer, slope, bonus), path(where) / (scorer + ".parquet"));
  }
};

}  // namespace r2rank::report::testing
