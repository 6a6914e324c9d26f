#include "learn/optimisation_config.h"

#include "base/error.h"

namespace r2rank::learn {

void OptimisationConfig::describe(base::ConfigFields& fields) {
  fields.add("learning_rate", learning_rate, "peak learning rate of the model").between(0, 1);
  fields.add("readout_learning_rate", readout_learning_rate, "peak learning rate of the readout head")
      .between(0, 1);
  fields.add("rate_warm_up", rate_warm_up, "share of the run over which the rate rises linearly")
      .between(0, 1);
  fields.add("final_rate", final_rate, "share of the peak rate the linear decay ends at").between(0, 1);
  fields.add("weight_decay", weight_decay, "decoupled weight decay of matrices").between(0, 1);
  fields.add("clip_norm", clip_norm, "largest global gradient norm (0: no clipping)").between(0, 1e6);
  fields
      .add("checkpoint_layers", checkpoint_layers,
           "gradient checkpointing: recompute activations to save memory")
      .one_of({"auto", "on", "off"});
  fields.add("memory", memory,
             "memory the run may take, such as 8GiB: chooses the size of passes, what is recomputed and how "
             "many rationales are written together, and says so (empty: 6 GB of activations)");
  fields
      .add("tokens_per_pass", tokens_per_pass,
           "slates are packed into one forward and backward pass up to this many tokens")
      .between(64, 1e7);
  fields.add("checkpoint_minutes", checkpoint_minutes, "minutes between checkpoints").between(0, 1e6);
  fields
      .add("nonfinite_limit", nonfinite_limit,
           "steps in a row with a gradient that is not finite before the run stops")
      .between(1, 1e6);
  model_options.describe(fields);
}

AdamWOptions OptimisationConfig::adamw_options() const {
  AdamWOptions options;
  options.weight_decay = weight_decay;
  options.clip = clip_norm;
  return options;
}

void OptimisationConfig::check_tuning(const std::string& verb) const {
  const auto refuse = [&](const char* why) { base::fail_usage(verb, "{}", why); };
  if (model_options.tuning == "frozen") refuse("tuning = frozen trains nothing: choose full, lora or head");
  if (model_options.tuning == "head" && model_options.readout == "verdict")
    refuse(
        "readout = verdict has no head to train with tuning = head: choose readout head or both, or tuning "
        "full or lora");
  if (model_options.tuning == "lora" && model_options.lora_targets.empty())
    refuse("tuning = lora without lora_targets adapts nothing: name projections, or choose tuning head");
}

}  // namespace r2rank::learn
