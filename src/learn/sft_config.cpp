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
           "measurements in a row without a better value of what select names before the run ends; its model "
           "is the best one (0: never, and the last one)")
      .between(0, 1e6);
  fields
      .add("select", select,
           "what the best model is chosen by: valid_loss, of the rationales held out, or ndcg, of the "
           "validation slates as the model's own rationales rank them (dearer by far)")
      .one_of({"valid_loss", "ndcg"});
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
  check_validation();
  refuse_idle_tuning("sft", *this);
  refuse_idle("sft", *this, model_options.readout == "verdict", "readout = verdict",
              {"readout_hidden", "readout_learning_rate"});
}

void SftConfig::check_validation() const {
  refuse_idle("sft", *this, patience == 0, "patience = 0, which looks for no best model", {"select"});
  if (selects_by_ndcg() && (valid_slates == 0 || valid_rationales == 0))
    base::fail_usage("sft",
                     "select = ndcg ranks validation slates by rationales, and valid_slates = {} with "
                     "valid_rationales = {} asks for none: pass --valid-rationales 1, or --select valid_loss",
                     valid_slates, valid_rationales);
  refuse_idle("sft", *this, valid_share == 0 && patience > 0 && !selects_by_ndcg(),
              "valid_share = 0, which holds no rationales out", {"patience"});
  refuse_idle("sft", *this, valid_slates == 0, "valid_slates = 0, which ranks none", {"valid_rationales"});
  refuse_idle("sft", *this, valid_share == 0 && valid_slates == 0, "valid_share = 0 and valid_slates = 0",
              {"valid_every"});
  refuse_idle("sft", *this, valid_rationales == 0, "valid_rationales = 0, which writes none",
              {"temperature"});
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
