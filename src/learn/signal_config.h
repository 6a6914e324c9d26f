#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"

namespace r2rank::learn {

/// How `r2rank train` uses signals of other rankers (docs/signals.md).
struct SignalConfig {
  std::string folder;  ///< made by `r2rank signals`; "": none
  std::vector<std::string> use = {"residual"};
  int64_t hidden = 16;        ///< units of the network over signals; 0: none
  double taught_share = 0.5;  ///< of a step's slates, with "teach"

  void describe(base::ConfigFields& fields);
  bool on() const { return !folder.empty(); }
  /// "residual", "text", "token", "teach"
  bool uses(const std::string& way) const;
  /// Refuses a choice that cannot act. Errors: kUsage.
  void check() const;
};

}  // namespace r2rank::learn
