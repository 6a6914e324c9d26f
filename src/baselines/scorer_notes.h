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
  /// Seconds of all scoring so far that went into notes and not into scores, where these are many (another
  /// model reads what was written): no cost of the scorer. Never forgotten.
  virtual double noting_seconds() const { return 0; }
};

}  // namespace r2rank::baselines
