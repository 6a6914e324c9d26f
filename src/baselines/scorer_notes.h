#pragma once

#include <string>
#include <utility>
#include <vector>

namespace r2rank::baselines {

/// What some scorers can tell besides scores. Found by dynamic_cast from a Scorer.
class ScorerNotes {
 public:
  virtual ~ScorerNotes() = default;
  /// What was seen while scoring ("malformed share", ...), by name; docs/baselines.md explains each.
  virtual std::vector<std::pair<std::string, double>> notes() const { return {}; }
  /// Begins to note anew, so that what follows is about the slates scored from now on.
  virtual void forget_notes() {}
};

}  // namespace r2rank::baselines
