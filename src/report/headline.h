#pragma once

#include <span>

#include "report/contest.h"
#include "report/json_file.h"

namespace r2rank::report {

/// The first bytes of every headline's file hold this: nothing else is replaced by one.
inline constexpr const char* kHeadlineFormat = "r2rank-headline";

/// Ours against the best of each family of baselines, a data set an entry (docs/formats.md, "Headline"): the
/// one with the smallest paired difference of kMainMetric, over the users (and training seeds) on the slates
/// that both have, Holm's correction over all baselines of the slates. Its target is met where ours is above
/// every baseline of the family: each interval above 0, each corrected p under .05. Null without a name.
/// Errors: as find_contests() and shared_values().
Json headline_json(std::span<const ResultGroup> groups, const OwnScorers& ours);

/// What a headline's file holds. REQUIRES one that is not null.
std::string headline_text(const Json& headline);

}  // namespace r2rank::report
