#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/bad_rows.h"
#include "data/dataset.h"
#include "data/id_table.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Which column of a log holds what.
struct LogColumns {
  std::string user = "user_id", item = "item_id", timestamp = "timestamp", rating = "rating";
  std::string
      history;         ///< earlier items of the user, separated by spaces: compared with the log, "" for none
  bool fixed = false;  ///< whether the layout names them, so that no flag can
  /// The columns in the order in which read_log wants them.
  std::vector<std::string> wanted() const { return {user, item, timestamp, rating, history}; }
};

/// A log as read: events in file order, users numbered by first appearance.
struct InteractionLog {
  IdTable users;
  std::vector<Interaction> events;
  bool has_ratings = false;
  std::vector<int32_t> longest_history;  ///< [users or fewer] items of the longest cell `history`
};

/// Appends the rows of a reader opened with `columns.wanted()`; items new to `items` are added to it. Errors:
/// kData, also for a file whose header lacks user, item or time, however many rows it has; a row that cannot
/// be read goes to `bad`.
void append_log(RecordReader& reader, const LogColumns& columns, IdTable& items, InteractionLog& log,
                BadRows& bad);
/// A whole log from one reader, no bad row allowed. Errors: kData, also for a log without rows.
InteractionLog read_log(RecordReader& reader, const LogColumns& columns, IdTable& items);

/// Users of whom a cell `history` names more items than the log has earlier events.
int64_t users_with_longer_history(const InteractionLog& log);

/// Whether the times of every user are 0, 1, 2, ... without gap or repetition: positions, not moments.
bool times_are_positions(const std::vector<Interaction>& events, int64_t users);

/// Sorts by user, then time; events of equal user and time keep their order. In place, but for 4 bytes an
/// event. Errors: kData for 2^32 events or more.
void sort_events(std::vector<Interaction>& events);

}  // namespace r2rank::data
