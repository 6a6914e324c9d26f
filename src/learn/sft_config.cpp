#include "learn/sft_config.h"

#include "learn/idle_settings.h"

namespace r2rank::learn {

void SftConfig::describe(base::ConfigFields& fields) {
  fields.add("model", model, "GGUF file, Hugging Face folder, or an earlier run's folder to go on from")
      .mandatory();
  fields.add("dataset", dataset, "dataset folder made by `r2rank import`").mandatory();
  fields.add("split", split, "split folder made by `r2rank split`").mandatory();
  fields.add("rationale_set", rationale_set, "folder of rationales made by `r2rank distill`").mandatory();
  fields.add("epochs", epochs, "passes over all rationales").between(1, 1000);
  fields.add("steps", steps, "optimiser steps after which the run ends (0: with the epochs)").between(0, 1e9);
  fields
      .add("minutes", minutes,
           "wall-clock budget in minutes (0: none); ends the run, and the schedule, before the epochs do")
      .between(0, 1e6);
  fields
      .add("rationales_per_step", rationales_per_step,
           "rationales in one optimiser step: at least so many, with all that share a user's history")
      .between(1, 65536);
  fields
      .add("rationale_tokens", rationale_tokens,
           "T: a longer rationale is cut after this many tokens and then teaches no end")
      .between(1, 4096);
  fields
      .add("readout_weight", readout_weight,
           "weight of the logistic loss of the scores read after the rationales")
      .between(0, 100);
  fields.add("silent_weight", silent_weight, "weight of the logistic loss of the silent scores")
      .between(0, 100);
  describe_validation(fields);
  OptimisationConfig::describe(fields);
}

void SftConfig::describe_validation(base::ConfigFields& fields) {
  fields
      .add("valid_share", valid_share,
           "share of the users whose rationales are held out and measured (0: none)")
      .between(0, 0.9);
  fields.add("valid_every", valid_every, "steps between measurements (0: at the end of each epoch)")
      .between(0, 1e9);
  fields
      .add("patience", patience,
           "measurements in a row without a lower loss on what is held out before the run ends; its model is "
           "the best one (0: never, and the last one)")
      .between(0, 1e6);
  fields
      .add("valid_slates", valid_slates,
           "validation slates of the split that are ranked at each measurement (0: none)")
      .between(0, 1e9);
  fields
      .add("valid_rationales", valid_rationales,
           "G: rationales written about each candidate of these slates (0: ranked silently only)")
      .between(0, 256);
  fields.add("temperature", temperature, "sampling temperature of these rationales").between(0.01, 100);
}

void SftConfig::check() const {
  check_tuning("sft");
  if (model_options.tuning == "head" && readout_weight == 0 && silent_weight == 0)
    base::fail_usage(
        "sft",
        "tuning = head trains the readout alone, which readout_weight = 0 and silent_weight = 0 leave "
        "without a loss: set one of them above 0, or choose tuning full or lora");
  refuse_idle("sft", *this, valid_share == 0 && patience > 0,
              "valid_share = 0, which holds no rationales out", {"patience"});
  refuse_idle("sft", *this, valid_slates == 0, "valid_slates = 0, which ranks none", {"valid_rationales"});
  refuse_idle("sft", *this, valid_share == 0 && valid_slates == 0, "valid_share = 0 and valid_slates = 0",
              {"valid_every"});
  refuse_idle("sft", *this, valid_rationales == 0, "valid_rationales = 0, which writes none",
              {"temperature"});
  refuse_idle_tuning("sft", *this);
  refuse_idle("sft", *this, model_options.readout == "verdict", "readout = verdict",
              {"readout_hidden", "readout_learning_rate"});
}

SftOptions SftConfig::step_options() const {
  return {readout_weight, silent_weight, false};
}

rollout::SamplingOptions SftConfig::sampling() const {
  rollout::SamplingOptions options;
  options.rationales = valid_rationales;
  options.max_tokens = rationale_tokens;
  options.temperature = temperature;
  options.seed = static_cast<uint64_t>(model_options.seed);
  return options;
}

}  // namespace r2rank::learn
