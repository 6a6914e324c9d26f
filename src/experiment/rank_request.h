#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiment/ranking_scorer.h"

namespace r2rank::experiment {

/// A request to rank items given by their text alone, no data set needed:
/// {"history": [{"title": ...}], "items": [{"id": ..., "title": ..., "categories": [...], "count": 12}]}.
struct RankRequest {
  std::vector<text::PromptItem> history;
  std::vector<std::string> ids;  ///< of the items, distinct
  std::vector<text::PromptItem> items;
};

/// Ids are text or whole numbers, counts whole numbers; an item without an id gets its place, from 0.
/// Errors: kData naming the first thing that is missing or of a wrong type; unknown keys are refused with the
/// nearest name.
RankRequest parse_rank_request(std::string_view json);

/// One ranked item.
struct RankedItem {
  std::string id, title;
  double score = 0;
  std::vector<std::string> rationales;
  bool chosen = false;  ///< a test slate's own answer; false where it is not known
};

/// Best first; ties keep the request's order.
std::vector<RankedItem> rank_request(const RankRequest& request, const learn::RankingModel& model,
                                     const ReasoningOptions& options);
/// Sorts items by score, best first; ties keep their order, scores that are no number come last.
std::vector<RankedItem> ranked_items(std::vector<RankedItem> items);
/// {"user", "ranking": [{"rank", "id", "title", "score", "reasons": [...], "chosen"}]}; user and chosen only
/// for a user of a data set.
std::string ranked_json(const std::string& user, const std::vector<RankedItem>& items);

}  // namespace r2rank::experiment
