#pragma once

#include <cstdint>
#include <functional>

#include "base/files.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

/// What one pass over the training events did.
struct EpochResult {
  double loss = 0;      ///< mean over its targets
  int64_t targets = 0;  ///< training targets seen: what a rate of training counts
};

/// A baseline whose parameters are learned epoch by epoch; fit() (fit.h) drives it. Draws of epoch e depend
/// on (seed, e) alone. Training is minutes long and is not resumed: interrupted, it begins anew and repeats
/// itself.
class Trainable : public Scorer {
 public:
  /// One pass over the training events; `advance` is told how many targets were done since it was last
  /// called, and throws when the pass is to be given up.
  virtual EpochResult train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) = 0;
  virtual int64_t targets_per_epoch() const = 0;
  /// Puts the present parameters aside as the best ones / returns to those put aside.
  virtual void keep() = 0;
  virtual void restore() = 0;
  /// Parameters to and from a safetensors file. Errors: kIo; kData where the file does not fit the method,
  /// its settings or the data.
  virtual void save(const base::Path& path) const = 0;
  virtual void load(const base::Path& path) = 0;
};

}  // namespace r2rank::baselines
