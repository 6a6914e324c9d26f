#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "baselines/scorer.h"
#include "data/slates.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Columns of PerUserResults::values that are costs of a slate, beside the metrics.
inline constexpr const char* kMilliseconds = "ms";
inline constexpr const char* kTokens = "tokens";

/// Scores every slate and measures every metric, with milliseconds and tokens of each slate, without those of
/// ScorerNotes::noting_seconds(); a progress bar under `label` shows the mean NDCG@10 so far. Errors:
/// kInterrupted on Ctrl-C; whatever the scorer throws.
metrics::PerUserResults evaluate(baselines::Scorer& scorer, const data::SlateSet& slates,
                                 const data::Dataset& dataset, const std::string& label);

/// What a language model's scorer noted since evaluate() began, which forgets what was noted before
/// (baselines/llm/llm_scorer.h); empty for others.
std::vector<std::pair<std::string, double>> notes_of(const baselines::Scorer& scorer);

/// Says so where scores that are kept are no numbers: they rank last.
void warn_not_finite(const std::string& name, const metrics::PerUserResults& results);

/// Results without a row yet, and a row: for scores that come from elsewhere.
metrics::PerUserResults results_without_rows(const std::string& scorer, const data::SlateSet& slates);
void append_slate(metrics::PerUserResults& results, const data::Slate& slate, const data::Dataset& dataset,
                  std::vector<double> scores);

/// Checks that results, read from elsewhere, have a row for each of the slates in their order and a score for
/// each candidate; measures from the scores those of `metrics` (names of metrics::is_metric) that they lack.
/// Errors: kData naming `source`; kUsage for a metric to be measured over a full catalogue (check_stored).
void complete_results(metrics::PerUserResults& results, const data::SlateSet& slates,
                      const std::vector<std::string>& metrics, const std::string& source);

/// One value a user, in order of first appearance: the mean over their slates (one in leave-one-out, several
/// in a temporal split), so that intervals resample users. Errors: kData when the results lack the column or
/// hold no number.
std::vector<double> user_means(const metrics::PerUserResults& results, const std::string& column);
/// The same of several columns, [columns][users]: users are looked up once.
std::vector<std::vector<double>> user_means(const metrics::PerUserResults& results,
                                            std::span<const std::string> columns);

/// Results are compared only where every slate is the same, and so is what the scorers learned from as far as
/// both say (PerUserResults::training_hash). Errors: kUsage saying how they differ.
void check_comparable(const metrics::PerUserResults& a, const metrics::PerUserResults& b);

}  // namespace r2rank::experiment
