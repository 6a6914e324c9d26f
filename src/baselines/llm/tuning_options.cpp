#include "baselines/llm/tuning_options.h"

#include <algorithm>

namespace r2rank::baselines {

void TuningOptions::describe(base::ConfigFields& fields) {
  fields.add("slates_per_epoch", slates_per_epoch, "training slates between two validations").between(1, 1e9);
  fields.add("slates_per_step", slates_per_step, "training slates of an optimiser step").between(1, 1e5);
  SlateDrawing::describe(fields);
  fields.add("learning_rate", learning_rate, "peak learning rate").between(0, 1);
  fields.add("readout_learning_rate", readout_learning_rate, "peak learning rate of the readout head")
      .between(0, 1);
  fields.add("weight_decay", weight_decay, "decoupled weight decay of matrices").between(0, 10);
  fields.add("clip_norm", clip_norm, "largest global gradient norm (0: no clipping)").at_least(0);
  fields.add("warm_up_steps", warm_up_steps, "steps over which the rates rise").at_least(0);
  fields.add("schedule_steps", schedule_steps, "steps over which the rates fall to a tenth, where they stay")
      .at_least(1);
  fields.add("tokens_per_pass", tokens_per_pass, "slates are packed into one pass up to this many tokens")
      .at_least(1);
}

double TuningOptions::rate_factor(int64_t step) const {
  constexpr double kFloor = 0.1;
  const auto now = static_cast<double>(step + 1);
  if (step < warm_up_steps) return now / static_cast<double>(warm_up_steps + 1);
  const double falling = static_cast<double>(std::max<int64_t>(1, schedule_steps - warm_up_steps));
  const double share = std::min(1.0, (now - static_cast<double>(warm_up_steps)) / falling);
  return 1 - (1 - kFloor) * share;
}

}  // namespace r2rank::baselines
