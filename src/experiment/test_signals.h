#pragma once

// Test support: users who walk through a circle of items, so that what a user has next follows from what they
// had, and quick settings for training signals on them.

#include <fmt/format.h>

#include "data/test_support.h"
#include "experiment/signal_training.h"

namespace r2rank::experiment::testing {

/// Each of `users` users has `events` items in a row of a circle of `items`.
inline data::Dataset circle(int32_t users = 24, int32_t events = 9, int32_t items = 24) {
  std::vector<std::vector<int32_t>> histories(static_cast<size_t>(users));
  for (int32_t user = 0; user < users; ++user)
    for (int32_t event = 0; event < events; ++event)
      histories[static_cast<size_t>(user)].push_back((user + event) % items);
  return data::testing::dataset_of(histories, items);
}

inline data::Split split_of(const data::Dataset& dataset) {
  data::SplitConfig config;
  config.negative_count = 4;
  return data::make_split(dataset, config);
}

inline SignalRequest quick_request(std::vector<std::string> methods) {
  SignalRequest request;
  request.methods = std::move(methods);
  request.references = 12;
  request.weight_slates = 200;
  request.fit.epochs = 3;
  request.tune.trials = 1;
  return request;
}

}  // namespace r2rank::experiment::testing
