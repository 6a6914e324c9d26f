#pragma once

#include <functional>

#include "base/random.h"
#include "baselines/test_data.h"
#include "baselines/trainable.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::baselines::testing {

/// Two tastes: even users take items of the first half, odd users of the second. What is to be learned is
/// which.
inline data::Dataset two_tastes(int64_t users = 60, int64_t items = 30, int64_t events = 9) {
  std::vector<std::vector<int32_t>> histories(users);
  for (int64_t user = 0; user < users; ++user) {
    base::RandomStream stream(11, base::Purpose::kInit, static_cast<uint64_t>(user));
    const auto half = static_cast<uint64_t>(items / 2);
    for (const uint64_t item : stream.sample(half, static_cast<uint64_t>(events))) {
      histories[user].push_back(static_cast<int32_t>(item + (user % 2) * half));
    }
  }
  return dataset_of(histories, items);
}

/// Mean AUC of each user's last event against the other taste's items.
inline double auc_of(Scorer& scorer, const data::Dataset& dataset) {
  double sum = 0;
  const auto half = static_cast<int32_t>(dataset.items.size() / 2);
  for (int32_t user = 0; user < dataset.users(); ++user) {
    std::vector<int32_t> candidates = {dataset.events(user).back().item};
    for (int32_t item = 0; item < half; ++item) candidates.push_back(item + (user % 2 == 0 ? half : 0));
    const auto slate = last_event_slate(dataset, user, candidates);
    sum += metrics::auc(scorer.score(slate), slate.relevance);
  }
  return sum / static_cast<double>(dataset.users());
}

inline void train(Trainable& model, int64_t epochs) {
  for (int64_t epoch = 0; epoch < epochs; ++epoch) model.train_epoch(epoch, [](int64_t) {});
}

}  // namespace r2rank::baselines::testing
