#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/split.h"
#include "learn/gate_fit.h"
#include "rollout/reasoner.h"
#include "rollout/reasoning.h"
#include "rollout/slate_prompts.h"

namespace r2rank::learn {

/// A sample of the split's validation slates as prompts: the one that `combine --valid-slates` and
/// `eval --part valid --slates` draw by default, so that figures can be compared, whatever the seed of a
/// training. None where `count` is 0.
std::vector<rollout::PreparedSlate> validation_slates(const data::Dataset& dataset, const data::Split& split,
                                                      const rollout::SlatePrompts& prompts, int64_t count);

/// Means over slates.
struct SlateMeasurement {
  double silent = 0;               ///< NDCG@10 of the silent scores
  std::optional<double> reasoned;  ///< NDCG@10 of the mean scores after rationales, where any were asked for
  double length = 0, ended = 0;    ///< tokens of a rationale, share of rationales that end by themselves

  std::vector<GateSample> both = {};  ///< each slate, where it was ranked both ways

  ReasonGate gate() const { return fit_gate(both); }
  /// The value that says how well the model ranks as it is used.
  double ndcg() const { return reasoned.value_or(silent); }
  /// As entries of a run's log (docs/metrics.md).
  std::vector<std::pair<std::string, double>> entries() const;
};

/// Ranks slates silently and, with `sampling.rationales` above 0, by what it concludes: from its own
/// rationales, or those that `reasoning` brings.
SlateMeasurement measure_slates(const rollout::Reasoner& reasoner,
                                const std::vector<rollout::PreparedSlate>& slates,
                                const rollout::SamplingOptions& sampling,
                                const rollout::Reasoning& reasoning = {});

}  // namespace r2rank::learn
