#pragma once

#include <string>
#include <vector>

#include "base/config.h"
#include "baselines/tune.h"
#include "experiment/signal_side.h"

namespace r2rank::experiment {

/// Every parameter of `r2rank signals` but its data.
struct SignalRequest {
  std::vector<std::string> methods = {"lightgcn", "sasrec", "tfidf"};
  std::vector<std::string> set;  ///< settings: "METHOD.name=value"
  int64_t withhold = 1;          ///< data::early_split
  int64_t min_history = 3;
  int64_t references = 200;      ///< R
  int64_t weight_slates = 3000;  ///< training slates that the starting weights are learned from
  double ridge = 1e-3;
  int64_t seed = 7;
  baselines::FitOptions fit;
  baselines::TuneOptions tune;

  void describe(base::ConfigFields& fields);
  /// Refuses unknown methods, settings of none of them, and methods that are no signal. Errors: kUsage.
  void check() const;
};

/// The resolved request as a JSON object, for signals.json to record.
std::string request_text(const SignalRequest& request);

/// Trains what is missing in a folder and writes signals.json after each ranker and at the end. With `resume`
/// it keeps the rankers that signals.json lists and the request still names; otherwise it begins anew.
/// Errors: kUsage for another request, data set or split than the folder was begun with, and where no
/// training slates can be drawn; kInterrupted; kIo; kData; whatever training throws.
rollout::SignalSet train_signals(const SignalRequest& request, const baselines::TrainingData& data,
                                 const base::Path& folder, bool resume);

/// Refuses what train_signals would refuse before anything is written or removed. Returns whether a finished
/// folder already has all that is asked for. Errors: kUsage, kData, kIo.
bool check_signal_folder(const SignalRequest& request, const baselines::TrainingData& data,
                         const base::Path& folder, bool resume);

}  // namespace r2rank::experiment
