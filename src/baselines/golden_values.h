#pragma once

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "baselines/test_data.h"

namespace r2rank::baselines::testing {

/// What tools/golden/baselines.py computed with scikit-learn, bm25s and RecBole.
inline nlohmann::json golden_values() {
  return nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/baselines.json"));
}

/// The golden catalogue with one user for each golden history (and a last event after it, the target).
inline data::Dataset golden_text_dataset(const nlohmann::json& golden) {
  auto histories = golden["histories"].get<std::vector<std::vector<int32_t>>>();
  for (auto& history : histories) history.push_back(0);
  data::Dataset dataset = dataset_of(histories, 0);
  for (const auto& item : golden["items"]) {
    dataset.items.push_back({item["id"], item["title"], item["brand"],
                             item["categories"].get<std::vector<std::string>>(), item["description"]});
  }
  return dataset;
}

}  // namespace r2rank::baselines::testing
