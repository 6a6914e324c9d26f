#include "data/interaction_log.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/stable_sort.h"
#include "data/cell_values.h"

namespace r2rank::data {
namespace {

enum Wanted : size_t { kUser, kItem, kTimestamp, kRating, kHistory };
constexpr int64_t kProgressStep = 65536;

/// Reads rows of one reader into a log.
class LogReader {
 public:
  LogReader(RecordReader& reader, const LogColumns& columns, IdTable& items, InteractionLog& log)
      : reader_(reader),
        items_(items),
        log_(log),
        user_{reader, record_, columns.user, columns.fixed ? "" : "--user-column"},
        item_{reader, record_, columns.item, columns.fixed ? "" : "--item-column"},
        time_{reader, record_, columns.timestamp, columns.fixed ? "" : "--timestamp-column"},
        rating_{reader, record_, columns.rating, columns.fixed ? "" : "--rating-column"} {
    // JSON tells its fields row by row; a header tells them at once, also where no row follows.
    if (reader.found_columns().empty()) return;
    for (const CellPlace* place : {&user_, &item_, &time_}) check_found(reader, place->column, place->flag);
  }

  /// Errors: RowError, which leaves the log as it was.
  bool next() {
    if (!reader_.next(record_)) return false;
    const std::string_view user = required_text(kUser, user_), item = required_text(kItem, item_);
    Interaction event;
    event.time = parse_time(required_text(kTimestamp, time_), time_);
    event.rating = parse_rating(optional_value(kRating, rating_), rating_);
    event.user = log_.users.intern(user);
    event.item = items_.intern(item);
    log_.has_ratings = log_.has_ratings || record_.cells[kRating].has_value();
    log_.events.push_back(event);
    if (record_.cells[kHistory]) note_history(event.user, *record_.cells[kHistory]);
    return true;
  }

 private:
  void note_history(int32_t user, std::string_view history) {
    auto& longest = log_.longest_history;
    if (longest.size() <= static_cast<size_t>(user)) longest.resize(static_cast<size_t>(user) + 1, 0);
    const auto items = static_cast<int32_t>(split_list(history, ' ').size());
    longest[user] = std::max(longest[user], items);
  }

  RecordReader& reader_;
  IdTable& items_;
  InteractionLog& log_;
  Record record_;
  CellPlace user_, item_, time_, rating_;
};

std::vector<int64_t> user_offsets(const std::vector<Interaction>& events) {
  std::vector<int64_t> offsets(1, 0);
  for (const Interaction& event : events) {
    if (static_cast<size_t>(event.user) + 1 >= offsets.size())
      offsets.resize(static_cast<size_t>(event.user) + 2, 0);
    ++offsets[static_cast<size_t>(event.user) + 1];
  }
  for (size_t user = 1; user < offsets.size(); ++user) offsets[user] += offsets[user - 1];
  return offsets;
}

/// Brings the events of each user together, in their order.
void group_by_user(std::vector<Interaction>& events, std::vector<int64_t> next) {
  if (events.size() > UINT32_MAX)
    base::fail_data("import",
                    "expected fewer than 2^32 interactions, found {}; split the log into smaller ones",
                    events.size());
  std::vector<uint32_t> places;  // [events] where each belongs
  places.reserve(events.size());
  for (const Interaction& event : events) places.push_back(static_cast<uint32_t>(next[event.user]++));
  for (uint32_t i = 0; i < places.size(); ++i)
    while (places[i] != i) {
      const uint32_t place = places[i];
      std::swap(events[i], events[place]);
      std::swap(places[i], places[place]);
    }
}

bool earlier(const Interaction& a, const Interaction& b) {
  return a.time < b.time;
}

}  // namespace

void append_log(RecordReader& reader, const LogColumns& columns, IdTable& items, InteractionLog& log,
                BadRows& bad) {
  LogReader rows(reader, columns, items, log);
  base::Progress progress("reading " + reader.source(), 0, "rows");
  progress.set_share(reader.share());
  int64_t seen = 0;
  for (bool more = true; more;) {
    try {
      more = rows.next();
    } catch (const RowError& error) {
      bad.add(error, static_cast<int64_t>(log.events.size()));
    }
    seen += more;
    if (!more || seen % kProgressStep != 0) continue;
    progress.set_share(reader.share());
    progress.advance(kProgressStep);
    base::stop_if_interrupted("import");
  }
  progress.set_share(reader.share());
  progress.advance(seen % kProgressStep);
}

InteractionLog read_log(RecordReader& reader, const LogColumns& columns, IdTable& items) {
  InteractionLog log;
  BadRows bad;
  append_log(reader, columns, items, log, bad);
  if (log.events.empty())
    base::fail_data("import", "expected interactions in {}, found none; give a log with rows",
                    reader.source());
  return log;
}

int64_t users_with_longer_history(const InteractionLog& log) {
  std::vector<int32_t> events(log.longest_history.size(), 0);
  for (const Interaction& event : log.events)
    if (static_cast<size_t>(event.user) < events.size()) ++events[event.user];
  int64_t longer = 0;
  for (size_t user = 0; user < events.size(); ++user) longer += log.longest_history[user] >= events[user];
  return longer;
}

bool times_are_positions(const std::vector<Interaction>& events, int64_t users) {
  std::vector<int64_t> counts(static_cast<size_t>(users), 0);
  for (const Interaction& event : events) ++counts[event.user];
  // Distinct values below the count are a permutation of 0 .. count - 1.
  std::vector<int64_t> offsets(static_cast<size_t>(users) + 1, 0);
  for (size_t user = 0; user < counts.size(); ++user) offsets[user + 1] = offsets[user] + counts[user];
  std::vector<bool> seen(events.size(), false);
  for (const Interaction& event : events) {
    if (event.time >= counts[event.user]) return false;
    const auto place = static_cast<size_t>(offsets[event.user] + event.time);
    if (seen[place]) return false;
    seen[place] = true;
  }
  return true;
}

void sort_events(std::vector<Interaction>& events) {
  const std::vector<int64_t> offsets = user_offsets(events);
  group_by_user(events, offsets);
  for (size_t user = 0; user + 1 < offsets.size(); ++user) {
    const auto begin = events.begin() + offsets[user], end = events.begin() + offsets[user + 1];
    if (std::is_sorted(begin, end, earlier)) continue;
    const auto sorted = base::stable_sorted(std::vector<Interaction>(begin, end), earlier);
    std::copy(sorted.begin(), sorted.end(), begin);
  }
}

}  // namespace r2rank::data
