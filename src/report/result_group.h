#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/measured.h"

namespace r2rank::report {

/// Results on the same slates, of scorers that learned from the same events: what may stand in one table.
struct ResultGroup {
  std::string title;                             ///< "ml-100k"; distinct, with the protocol where it must be
  std::string dataset;                           ///< "ml-100k"; "slates 01234567" where none of the report
  std::string part;                              ///< "test" or "valid"; "" where no split has the slates
  std::string protocol, slates_hash;             ///< of all results
  std::string training_hash;                     ///< of those that say it
  std::optional<SlatesPlace> place;              ///< none where no split of the report has these slates
  std::vector<metrics::PerUserResults> results;  ///< their scorers as the report calls them
  std::vector<Measured> about;                   ///< [results] the rest of what was read; `results` is empty
  std::vector<std::string> own_names;            ///< [results] what their sources call the scorers
  std::vector<std::string> seeds;                ///< scorers of which several results are training seeds
  std::string reference;                         ///< the scorer that others are tested against; empty: none
};

/// Puts results together, in order of first appearance. Equal results count once; a scorer's several results
/// in one source are its training seeds; scorers of one name from several sources get the source's name
/// behind theirs. `reference` ("": what the sources say) must be in some group. Errors: kUsage.
std::vector<ResultGroup> group_results(std::vector<Measured> measured, const DataShelf& shelf,
                                       const std::string& reference);

/// Whether nothing but ranks of relevant items is known of all of a group's results.
bool has_ranks_only(const ResultGroup& group);

/// The hash of the whole set of slates, of a sample's too ("...:sample300-seed7").
std::string whole_hash(const std::string& slates_hash);

/// Errors: kUsage, with the nearest one, where `name`, given with `flag`, is none of the scorers' names.
void check_scorer_name(const std::string& flag, const std::string& name, const std::set<std::string>& names);

}  // namespace r2rank::report
