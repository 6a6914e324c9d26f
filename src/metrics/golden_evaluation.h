#pragma once

#include <fstream>
#include <nlohmann/json.hpp>

namespace r2rank::metrics::testing {

/// What tools/golden/evaluation.py wrote.
inline nlohmann::json golden_evaluation() {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/evaluation.json");
  return nlohmann::json::parse(file);
}

}  // namespace r2rank::metrics::testing
