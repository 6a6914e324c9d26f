#pragma once

#include <string>
#include <vector>

#include "baselines/test_data.h"
#include "experiment/evaluation.h"

namespace r2rank::experiment::testing {

/// One slate for each user's last event: the target and four other items, labelled.
inline data::SlateSet slates_of(const data::Dataset& dataset) {
  data::SlateSet set;
  set.part = "test";
  set.hash = "hash-of-the-slates";
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const int32_t target = dataset.events(user).back().item;
    std::vector<int32_t> candidates;
    for (int32_t other = 0; other < 5; ++other) {
      candidates.push_back((target + other) % static_cast<int32_t>(dataset.items.size()));
    }
    set.slates.push_back(baselines::testing::last_event_slate(dataset, user, candidates));
  }
  return set;
}

/// Results of one slate a user with the given NDCG@10; every other metric follows from it.
inline metrics::PerUserResults results_of(const std::string& scorer, const std::vector<double>& ndcg) {
  metrics::PerUserResults results;
  results.scorer = scorer;
  results.protocol = "loo-uni19-seed7";
  results.slates_hash = "hash-of-the-slates";
  for (size_t i = 0; i < ndcg.size(); ++i) {
    results.slate_ids.push_back(static_cast<int64_t>(i));
    results.user_ids.push_back(fmt::format("u{}", i));
    for (const char* metric : {"ndcg@5", "ndcg@20", "hr@1", "hr@5", "hr@10", "mrr", "auc"}) {
      results.values[metric].push_back(ndcg[i] / 2);
    }
    results.values["ndcg@10"].push_back(ndcg[i]);
    results.values[kMilliseconds].push_back(1.5);
    results.values[kTokens].push_back(320);
    results.scores.push_back({1, 0});
  }
  return results;
}

}  // namespace r2rank::experiment::testing
