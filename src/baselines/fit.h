#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "baselines/trainable.h"
#include "data/slates.h"

namespace r2rank::baselines {

/// When training ends.
struct FitOptions {
  int64_t epochs = 200;   ///< at most
  int64_t patience = 10;  ///< epochs without a better validation before it ends; looked at when an epoch
                          ///< was validated: with evaluate_every above it, at the first validation that is
                          ///< not better
  double minutes = 0;     ///< at most; 0: no limit
  int64_t evaluate_every = 1;  ///< epochs between two validations
  int64_t valid_slates = 0;    ///< validated on the first so many slates; 0: all

  void describe(base::ConfigFields& fields);
};

/// One validated epoch.
struct EpochRecord {
  int64_t epoch = 0;            ///< from 1
  double loss = 0;              ///< mean over the targets since the record before
  double ndcg = 0;              ///< NDCG@10 on the validation slates: validation_ndcg()
  double seconds = 0;           ///< since training began, validation included
  double training_seconds = 0;  ///< of the passes alone
};

struct FitReport {
  std::vector<EpochRecord> epochs;
  int64_t best_epoch = 0;
  double best_ndcg = 0;
  double targets_per_second = 0;  ///< of the passes alone
  double seconds = 0;
  std::string ended_by;  ///< "patience", "epochs", "minutes"
};

/// Trains with early stopping on NDCG@10 of the validation slates, and leaves the best parameters in place. A
/// progress bar under `label`. Errors: kUsage of validation_slates(); kInterrupted on Ctrl-C (parameters
/// are then the best so far); whatever the method throws; kData when the loss is no number in two epochs
/// running.
FitReport fit(Trainable& model, const data::SlateSet& valid, const FitOptions& options,
              const std::string& label);

}  // namespace r2rank::baselines
