#include "data/interaction_log.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

InteractionLog read(const std::string& csv, IdTable& items, FileKind kind = FileKind::kCsv) {
  const LogColumns columns;
  const auto reader = open_records(kind, csv, "log.csv", columns.wanted());
  return read_log(*reader, columns, items);
}

std::string error_in(const std::string& csv, FileKind kind = FileKind::kCsv) {
  IdTable items;
  return error_of(kData, [&] { read(csv, items, kind); });
}

TEST(InteractionLog, NumbersUsersAndItemsByAppearance) {
  IdTable items;
  items.intern("known");
  const auto log = read("user_id,item_id,timestamp,rating\nb,x,5,3\na,known,4,\nb,x,6,1\n", items);
  ASSERT_EQ(log.events.size(), 3U);
  EXPECT_EQ(log.users.id(0), "b");
  EXPECT_EQ(log.events[0].item, 1);
  EXPECT_EQ(log.events[1].item, 0);
  EXPECT_EQ(log.events[2].time, 6);
  EXPECT_TRUE(log.has_ratings);
  EXPECT_TRUE(std::isnan(log.events[1].rating));
}

TEST(InteractionLog, ShowsWhichShareOfTheFileItHasRead) {
  IdTable items;
  ::testing::internal::CaptureStderr();
  read("user_id,item_id,timestamp\na,x,5\nb,y,6\n", items);
  const std::string shown = ::testing::internal::GetCapturedStderr();
  expect_parts(shown, {"reading log.csv ########", "100 %  2 rows"});
  ::testing::internal::CaptureStderr();
  error_in("user_id,item_id,timestamp\n" + std::string(2000, '\n') + "a,x,soon\n" + std::string(2000, '\n'));
  EXPECT_EQ(::testing::internal::GetCapturedStderr().find("100 %"), std::string::npos);
}

TEST(InteractionLog, ReadsALogWithoutRatings) {
  IdTable items;
  const auto log = read("user_id,item_id,timestamp\na,x,5\n", items);
  EXPECT_FALSE(log.has_ratings);
  EXPECT_TRUE(std::isnan(log.events[0].rating));
}

TEST(InteractionLog, ReadsJsonLines) {
  IdTable items;
  const auto log = read("{\"user_id\": 1, \"item_id\": \"x\", \"timestamp\": 1.5e9, \"rating\": 5}\n", items,
                        FileKind::kJsonl);
  EXPECT_EQ(log.events[0].time, 1500000000);
  EXPECT_EQ(log.events[0].rating, 5);
}

TEST(InteractionLog, AsksForAMissingTimestampColumn) {
  EXPECT_EQ(error_in("user_id,item_id,ts\na,x,1\n"),
            "[import] expected a column 'timestamp' in log.csv (found: user_id, item_id, ts); name it with "
            "--timestamp-column (a CSV needs a header line)");
  expect_parts(error_in("{\"user_id\": 1, \"item_id\": 2}\n", FileKind::kJsonl),
               {"column 'timestamp'", "--timestamp-column"});
}

TEST(InteractionLog, NamesTheJsonLineThatLacksAField) {
  expect_parts(
      error_in("{\"user_id\": 1, \"item_id\": 2, \"timestamp\": 3}\n{\"user_id\": 1, \"timestamp\": 3}\n",
               FileKind::kJsonl),
      {"field 'item_id'", "line 2"});
}

TEST(InteractionLog, RefusesBadNumbersAndEmptyIds) {
  expect_parts(error_in("user_id,item_id,timestamp,rating\na,x,1,5\na,y,2,nan\n"),
               {"line 3", "'rating'", "'nan'"});
  expect_parts(error_in("user_id,item_id,timestamp\na,x,-7\n"), {"line 2", "'timestamp'", "'-7'"});
  expect_parts(error_in("user_id,item_id,timestamp\n,x,7\n"), {"line 2", "'user_id'"});
  expect_parts(error_in("user_id,item_id,timestamp\n"), {"expected interactions", "found none"});
}

std::vector<Interaction> events_of(std::initializer_list<std::pair<int32_t, int64_t>> pairs) {
  std::vector<Interaction> events;
  for (const auto& [user, time] : pairs)
    events.push_back({.user = user, .item = static_cast<int32_t>(events.size()), .time = time, .rating = 0});
  return events;
}

TEST(TimesArePositions, OnlyWhereEveryUserCountsFromZeroWithoutGap) {
  EXPECT_TRUE(times_are_positions(events_of({{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}}), 2));
  EXPECT_TRUE(times_are_positions(events_of({{0, 1}, {0, 0}}), 1));
  EXPECT_FALSE(times_are_positions(events_of({{0, 1}, {0, 2}}), 1));
  EXPECT_FALSE(times_are_positions(events_of({{0, 0}, {0, 0}}), 1));
  EXPECT_FALSE(times_are_positions(events_of({{0, 0}, {1, 881250949}}), 2));
}

TEST(SortEvents, KeepsFileOrderAtEqualTimes) {
  auto events = events_of({{1, 5}, {0, 9}, {1, 5}, {1, 4}, {0, 9}});
  sort_events(events);
  std::vector<int32_t> order;
  for (const auto& event : events) order.push_back(event.item);
  EXPECT_EQ(order, (std::vector<int32_t>{1, 4, 3, 0, 2}));
}

}  // namespace
}  // namespace r2rank::data
