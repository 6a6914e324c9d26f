#include "data/interaction_log.h"

#include <tuple>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/stable_sort.h"
#include "data/cell_values.h"

namespace r2rank::data {
namespace {

enum Wanted : size_t { kUser, kItem, kTimestamp, kRating };
constexpr int64_t kProgressStep = 65536;

}  // namespace

InteractionLog read_log(RecordReader& reader, const LogColumns& columns, IdTable& items) {
  InteractionLog log;
  Record record;
  const CellPlace user{reader, record, columns.user, "--user-column"};
  const CellPlace item{reader, record, columns.item, "--item-column"};
  const CellPlace time{reader, record, columns.timestamp, "--timestamp-column"};
  const CellPlace rating{reader, record, columns.rating, "--rating-column"};
  base::Progress progress("reading " + reader.source(), 0, "rows");
  progress.set_share(reader.share());
  while (reader.next(record)) {
    Interaction event;
    event.user = log.users.intern(required_text(kUser, user));
    event.item = items.intern(required_text(kItem, item));
    event.time = parse_time(required_text(kTimestamp, time), time);
    event.rating = parse_rating(optional_text(record, kRating), rating);
    log.has_ratings = log.has_ratings || record.cells[kRating].has_value();
    log.events.push_back(event);
    if (log.events.size() % kProgressStep != 0) continue;
    progress.set_share(reader.share());
    progress.advance(kProgressStep);
    base::stop_if_interrupted("import");
  }
  progress.set_share(reader.share());
  progress.advance(static_cast<int64_t>(log.events.size()) % kProgressStep);
  if (log.events.empty())
    base::fail_data("import", "expected interactions in {}, found none", reader.source());
  return log;
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
  events = base::stable_sorted(std::move(events), [](const Interaction& a, const Interaction& b) {
    return std::tie(a.user, a.time) < std::tie(b.user, b.time);
  });
}

}  // namespace r2rank::data
