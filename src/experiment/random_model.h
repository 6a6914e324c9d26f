#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/language_model.h"

namespace r2rank::experiment {

/// Sizes that random_model() knows: shapes of well-known models, 29M to 1.2B weights.
std::vector<std::string> random_model_sizes();

/// A model of a known shape with random weights and no tokenizer: as fast as a trained one and good for
/// nothing else. vocabulary 0: that of the known shape. Errors: kUsage (no such size).
std::unique_ptr<model::LanguageModel> random_model(const std::string& size,
                                                   const model::ModelOptions& options,
                                                   int64_t vocabulary = 0);

}  // namespace r2rank::experiment
