#pragma once

#include <string>

#include "study/study_plan.h"

namespace r2rank::study {

/// The program's verbs as a study calls them; the layer below knows none of them.
class Verbs {
 public:
  virtual ~Verbs() = default;
  /// Errors: kUsage for an unknown verb, and for settings that it would refuse before it looks at files.
  virtual void check(const std::string& verb, const Settings& settings) const = 0;
  /// Whether the verb has such a setting. REQUIRES a verb that check() knows.
  virtual bool has(const std::string& verb, const std::string& setting) const = 0;
  /// Runs it, without what it prints on standard output. Errors: as the verb's.
  virtual void run(const std::string& verb, const Settings& settings) = 0;
  /// The command that does the same by hand.
  virtual std::string command(const std::string& verb, const Settings& settings) const = 0;
};

}  // namespace r2rank::study
