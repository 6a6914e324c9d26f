#pragma once

#include <memory>
#include <vector>

#include "base/config.h"
#include "baselines/method.h"

namespace r2rank::baselines {

/// What all sequential models have.
struct SequenceTraining {
  int64_t dimensions = 64;  ///< D
  int64_t length = 20;      ///< most recent events a model looks at
  int64_t batch = 512;      ///< training targets a step
  double learning_rate = 1e-3;

  void describe(base::ConfigFields& fields);
};

/// The recommenders of the next item: "sasrec", "core", "gru4rec", "caser", "bert4rec".
std::vector<std::unique_ptr<Method>> sequential_methods();

}  // namespace r2rank::baselines
