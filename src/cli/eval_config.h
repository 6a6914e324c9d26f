#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "data/slate_sample.h"

namespace r2rank::cli {

/// What `r2rank eval` measures, on which slates, and how it is shown.
struct EvalConfig {
  std::string dataset, split, part = "test";
  std::string model, name = "model", rationales_by, perplexity_model;
  std::vector<std::string> baselines = {"random", "constant", "popularity"};
  std::vector<std::string> scorers, scores, with;
  std::vector<std::string> pairs, seeds, metrics, slices, seconds;
  std::string reference;
  bool beyond = false, keep_rationales = false;
  int64_t slates = 0, sample_seed = 7;  // of the sample
  std::string candidate_order = "given";
  std::string format = "text", output;
  int64_t baseline_seed = 7, bootstrap_seed = 7;

  data::SlateSample slate_sample() const { return {slates, static_cast<uint64_t>(sample_seed)}; }

  void describe(base::ConfigFields& fields);
  /// Refuses what is asked about rationales where none are written. `rationales`: G; `change`: what is done
  /// to them (experiment/perturbation.h). Errors: kUsage.
  void check_rationales(int64_t rationales, const std::string& change) const;
};

}  // namespace r2rank::cli
