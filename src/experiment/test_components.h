#pragma once

#include "base/random.h"
#include "experiment/evaluation.h"
#include "experiment/test_results.h"

namespace r2rank::experiment::testing {

/// Slates of users' last events and scorers that see the label through noise: score = strength * label +
/// normal.
struct Components {
  explicit Components(int64_t users, uint64_t seed = 1)
      : dataset(baselines::testing::random_dataset(3, users, 30)),
        split(baselines::testing::leave_last_two(dataset)),
        slates(slates_of(dataset)),
        seed(seed) {}

  metrics::PerUserResults scorer(const std::string& name, double strength) const {
    auto results = results_without_rows(name, slates);
    for (const auto& slate : slates.slates) {
      base::RandomStream stream(seed, base::Purpose::kBaseline, static_cast<uint64_t>(slate.id),
                                std::hash<std::string>{}(name));
      std::vector<double> scores;
      for (const float relevance : slate.relevance) scores.push_back(strength * relevance + stream.normal());
      append_slate(results, slate, dataset, std::move(scores));
      results.values[kMilliseconds].push_back(1.5);
      results.values[kTokens].push_back(10);
    }
    return results;
  }
  static double ndcg(const metrics::PerUserResults& results) {
    double sum = 0;
    for (const double value : results.values.at("ndcg@10")) sum += value;
    return sum / static_cast<double>(results.values.at("ndcg@10").size());
  }

  data::Dataset dataset;
  data::Split split;
  data::SlateSet slates;
  uint64_t seed;
};

}  // namespace r2rank::experiment::testing
