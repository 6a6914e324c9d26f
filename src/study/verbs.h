#pragma once

#include <string>

#include "study/study_plan.h"

namespace r2rank::study {

/// The program's verbs as a study calls them; the layer below knows none of them.
class Verbs {
 public:
  virtual ~Verbs() = default;
  /// REQUIRES all settings of a call. Errors: kUsage for an unknown verb, and for settings that it would
  /// refuse before it looks at files: unknown, ill-typed, missing, or such as exclude each other.
  virtual void check(const std::string& verb, const Settings& settings) const = 0;
  /// Whether the verb has such a setting. Errors: kUsage for an unknown verb.
  virtual bool has(const std::string& verb, const std::string& setting) const = 0;
  /// The value of a setting that nobody sets. Errors: kUsage for an unknown verb. REQUIRES has().
  virtual std::string usual(const std::string& verb, const std::string& setting) const = 0;
  /// What dtype = auto comes to on this machine: "bf16" or "f32".
  virtual std::string auto_dtype(const std::string& device) const = 0;
  /// Runs it, without what it prints on standard output. Errors: as the verb's.
  virtual void run(const std::string& verb, const Settings& settings) = 0;
  /// The command that does the same by hand.
  virtual std::string command(const std::string& verb, const Settings& settings) const = 0;
};

}  // namespace r2rank::study
