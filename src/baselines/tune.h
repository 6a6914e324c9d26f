#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "baselines/fit.h"
#include "baselines/method.h"

namespace r2rank::baselines {

/// How much may be tried.
struct TuneOptions {
  int64_t trials = 5;  ///< at most; the settings as they are count as the first
  double minutes = 6;  ///< at most, of all trials together; 0: no limit. Nothing where trials = 1

  void describe(base::ConfigFields& fields);
};

/// One try.
struct TrialRecord {
  SettingValues settings;  ///< those that differ from the first trial's
  bool run = false;        ///< false: the minutes would not have sufficed
  std::string failure;     ///< the error that ended it; "" where it came to its end
  double ndcg = NAN;       ///< NDCG@10 on the validation slates; NaN where it was not measured
  double seconds = 0;      ///< training and validation
  FitReport fit;           ///< of a Trainable; empty for other scorers
};

struct TuneReport {
  std::vector<TrialRecord> trials;
  size_t best = 0;  ///< the first of the best
  double seconds = 0;
  std::string ended_by;  ///< "all tried", "trials", "minutes"
};

/// The best scorer and how it was found.
struct Tuned {
  std::unique_ptr<Scorer> scorer;
  TuneReport report;
};

/// Tries the method's settings as they are, then its trials(), each trained anew from the same seed with
/// early stopping by `fit_options`, and keeps the one of the highest NDCG@10 on the validation slates; the
/// method is left with those settings. The first trial may take all of the minutes, each later one an equal
/// share of what is left, or half as long again as the first one took where that is more: with less time it
/// would be compared by its speed. One is not begun when less is left than the first took to its best epoch
/// (of a scorer without epochs: than twice what the longest took, as the best may be made once more). With
/// trials = 1 this is fit() alone, for as long as `fit_options` say, and a scorer without epochs is only
/// made: nothing hangs on its validation. A trial that fails is recorded, and the next one tried; where none
/// comes to its end the first error is thrown. `made` is told of each scorer before it learns. One scorer at
/// a time is in memory: before the next trial the best one's parameters go to a temporary file (of TMPDIR),
/// and one without epochs is made once more at the end where a later trial was worse. The highest of several
/// is a biased measure of its own quality: report test slates. Errors: kUsage without validation slates where
/// they are needed; kInterrupted; as Method::make, `made` and fit().
Tuned tune(Method& method, const TrainingData& data, const FitOptions& fit_options,
           const TuneOptions& options, uint64_t seed, const std::function<void(Scorer&)>& made = {});

/// One line a trial: settings, NDCG@10, epochs and seconds; "*" marks the best.
std::string tune_text(const TuneReport& report);

}  // namespace r2rank::baselines
