#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/id_table.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Which column of a log holds what.
struct LogColumns {
  std::string user = "user_id", item = "item_id", timestamp = "timestamp", rating = "rating";
  /// The columns in the order in which read_log wants them.
  std::vector<std::string> wanted() const { return {user, item, timestamp, rating}; }
};

/// A log as read: events in file order, users numbered by first appearance.
struct InteractionLog {
  IdTable users;
  std::vector<Interaction> events;
  bool has_ratings = false;
};

/// Reads a log from a reader opened with `columns.wanted()`; items new to `items` are added to it. Errors:
/// kData.
InteractionLog read_log(RecordReader& reader, const LogColumns& columns, IdTable& items);

/// Whether the times of every user are 0, 1, 2, ... without gap or repetition: positions, not moments.
bool times_are_positions(const std::vector<Interaction>& events, int64_t users);

/// Sorts by user, then time; events of equal user and time keep their order.
void sort_events(std::vector<Interaction>& events);

}  // namespace r2rank::data
