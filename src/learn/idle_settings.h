#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/error.h"

namespace r2rank::learn {

/// With `idle`, refuses each of these keys of a configuration that is not at its default: nothing would look
/// at it, which would mislead whoever set it. `why` ends "... cannot act with". Errors: kUsage.
template <class Config>
void refuse_idle(const std::string& verb, Config config, bool idle, const std::string& why,
                 const std::vector<std::string>& keys) {
  if (!idle) return;
  Config plain;
  base::ConfigFields set, defaults;
  config.describe(set);
  plain.describe(defaults);
  for (size_t n = 0; n < set.all().size(); ++n) {
    const auto &field = set.all()[n], &usual = defaults.all()[n];
    if (std::find(keys.begin(), keys.end(), field.name) != keys.end() && field.as_text() != usual.as_text())
      base::fail_usage(verb, "{} = {} cannot act with {}: leave it out", field.name, field.as_text(), why);
  }
}

/// The keys of tuning and readout that the configuration's own choice of them leaves idle.
template <class Config>
void refuse_idle_tuning(const std::string& verb, const Config& config) {
  const auto& model = config.model_options;
  refuse_idle(verb, config, model.tuning != "lora", "tuning = " + model.tuning,
              {"lora_rank", "lora_alpha", "lora_targets"});
  refuse_idle(verb, config, model.tuning != "full", "tuning = " + model.tuning, {"train_embedding"});
  refuse_idle(verb, config, model.tuning != "full" && model.tuning != "lora", "tuning = " + model.tuning,
              {"trained_layers"});
}

}  // namespace r2rank::learn
