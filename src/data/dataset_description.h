#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/distribution.h"
#include "data/split.h"

namespace r2rank::data {

/// One of an item's texts.
struct TextCoverage {
  std::string field;      ///< title, brand, categories, description
  int64_t items = 0;      ///< items that have it
  int64_t events = 0;     ///< interactions with such items
  double mean_words = 0;  ///< of the items that have it; words are what spaces part
};

/// Users and items that a moment or a split meets without having trained on them.
struct ColdStart {
  int64_t targets = 0;                     ///< events that are predicted
  int64_t cold_items = 0, cold_users = 0;  ///< of these: with an item / a user without an earlier (training)
                                           ///< event
};

/// What a data set is like, counted over all of its events.
struct DatasetDescription {
  int64_t users = 0, items = 0, touched_items = 0, interactions = 0;
  double density = 0;                ///< different (user, item) pairs over users x items
  Distribution history, popularity;  ///< events of each user; of each item, untouched ones included
  double head1 = 0, head10 = 0,
         head20 = 0;           ///< share of the events with the most popular 1, 10, 20 % of items
  int64_t repeated_pairs = 0;  ///< events whose user has taken the item before
  int64_t tied_events = 0, tied_users = 0;  ///< events that share their time with another of the user
  int64_t first_time = 0, last_time = 0;    ///< real times only
  std::vector<std::pair<int64_t, int64_t>> timeline;  ///< real times: (begin, events) of twelve equal spans
  std::vector<std::pair<float, int64_t>> ratings;     ///< (rating, events), ascending; none without ratings
  int64_t unrated = 0;
  double mean_rating = 0;  ///< NaN where nothing is rated
  std::vector<TextCoverage> text;
  int64_t shared_titles = 0;  ///< items whose title is another item's, too
  ColdStart last_tenth;       ///< real times: the last tenth of the events, against all before them
};
DatasetDescription describe_dataset(const Dataset& dataset);

/// The test targets of a split against its training events.
ColdStart cold_start(const Dataset& dataset, const Split& split);

}  // namespace r2rank::data
