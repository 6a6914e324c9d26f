#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "baselines/family.h"
#include "experiment/scorer_runs.h"
#include "report/result_group.h"

namespace r2rank::report {

/// The scorers of a report that are ours, as the report or as their sources call them; empty: none. Results
/// that several sources call so are training seeds of one scorer.
struct OwnScorers {
  std::string text;    ///< ranks by texts and training statistics alone
  std::string hybrid;  ///< has other rankers' signals, too
};

/// A scorer on one set of slates, the whole of it or a sample.
struct Contestant {
  experiment::ScorerRuns runs;              ///< points into the groups; called as the report does
  std::string method;                       ///< what row.json says, else its own name where that is one
  std::optional<baselines::Family> family;  ///< of its method; none: unknown
  std::optional<double> training_seconds;   ///< of its first result; none: nothing says it
};

/// Ours and all others on one set of test slates.
struct Contest {
  std::string dataset, protocol, slates_hash, training_hash;  ///< the hash of the whole set
  std::optional<double> recall;  ///< share of relevant items that the retriever of hard candidates found
  std::optional<Contestant> text, hybrid;
  std::vector<Contestant> baselines;  ///< every scorer that is not ours
  std::vector<Contest> others;        ///< on other test slates of the data set, which have none in turn
};

/// The contests that ours took part in, one a data set: of several sets of test slates the one with the most
/// baselines, with the others in it. Sets without ours are left out with a warning, and a warning names the
/// baselines of unknown family. Where ours stand in several groups of a set, the one with the most slates
/// counts. Errors: kUsage for names that are nowhere (with the nearest), equal names, a set without a
/// baseline, and a data set of which two sets have the most.
std::vector<Contest> find_contests(std::span<const ResultGroup> groups, const OwnScorers& ours);

}  // namespace r2rank::report
