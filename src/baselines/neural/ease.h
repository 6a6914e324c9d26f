#pragma once

#include <memory>
#include <string>

#include "base/config.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

struct EaseOptions {
  double regularisation = 250;  ///< added to the diagonal; how much is best grows with the data
  int64_t most_items =
      40'000;  ///< of a larger catalogue only the most popular ones; memory: check_ease_memory()
  std::string precision = "f32";  ///< f32 or f64 for the factorisation

  void describe(base::ConfigFields& fields);
};

/// EASE (Steck 2019), the closed-form linear autoencoder: with X the binary matrix of training interactions,
/// G = X'X + regularisation * I and P = G^-1, item i has B_ji = -P_ji / P_ii from history item j and B_ii =
/// 0; a candidate's score is the sum of its B over the history's distinct items. Items beyond most_items
/// score 0. Errors: kUsage unless regularisation > 0 and most_items >= 1; kResource where memory does not
/// suffice, which is asked before anything is computed.
std::unique_ptr<Scorer> make_ease(const TrainingData& data, const EaseOptions& options);

/// Three matrices of items x items are held at the peak: 12 bytes a pair of items, in f64 24. How many items
/// are modelled never depends on the machine: where `free` bytes do not suffice, kResource with the figures.
void check_ease_memory(int64_t items, const EaseOptions& options, double free);

}  // namespace r2rank::baselines
