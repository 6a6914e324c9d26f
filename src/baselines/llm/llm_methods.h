#pragma once

#include <memory>
#include <vector>

#include "baselines/method.h"

namespace r2rank::baselines {

/// Every method of this layer (docs/baselines.md, "Language models"), with settings at their defaults. Those
/// of a model that runs here want `model`, those of a server `endpoint` and `server_model`. Their scorers are
/// also LlmScorers (llm_scorer.h). Fine-tuned ones come as Trainables: fit them within a budget of minutes.
std::vector<std::unique_ptr<Method>> llm_methods();

}  // namespace r2rank::baselines
