#include "data/log_filters.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

struct Row {
  int32_t user, item;
  int64_t time;
  float rating = 3;
};

std::vector<Interaction> events_of(std::initializer_list<Row> rows) {
  std::vector<Interaction> events;
  for (const Row& row : rows)
    events.push_back({.user = row.user, .item = row.item, .time = row.time, .rating = row.rating});
  return events;
}

std::vector<int64_t> times(const std::vector<Interaction>& events) {
  std::vector<int64_t> values;
  for (const auto& event : events) values.push_back(event.time);
  return values;
}

TEST(LogFilters, DropRatingsBelowTheBoundAndKeepUnratedOnes) {
  auto events =
      events_of({{0, 0, 1, 3.5F}, {0, 1, 2, 4}, {0, 2, 3, std::numeric_limits<float>::quiet_NaN()}});
  EXPECT_EQ(drop_low_ratings(events, 4), 1);
  EXPECT_EQ(times(events), (std::vector<int64_t>{2, 3}));
}

TEST(LogFilters, KeepRatingsEqualToABoundThatNoFloatHas) {
  auto events = events_of({{0, 0, 1, 4.1F}, {0, 1, 2, 4.2F}, {0, 2, 3, 4.05F}});
  EXPECT_EQ(drop_low_ratings(events, 4.1), 1);
  EXPECT_EQ(times(events), (std::vector<int64_t>{1, 2}));
}

TEST(LogFilters, TheWindowIncludesItsStartOnly) {
  auto events = events_of({{0, 0, 1}, {0, 1, 2}, {0, 2, 3}, {0, 3, 4}});
  EXPECT_EQ(drop_outside(events, 2, 4), 2);
  EXPECT_EQ(times(events), (std::vector<int64_t>{2, 3}));
}

TEST(LogFilters, DuplicatesKeepTheFirstTheLastOrAll) {
  const auto log = events_of({{0, 5, 1}, {0, 6, 2}, {0, 5, 3}, {0, 5, 4}, {1, 5, 5}, {1, 6, 6}});
  auto first = log, last = log, all = log;
  EXPECT_EQ(drop_duplicates(first, "keep-first"), 2);
  EXPECT_EQ(times(first), (std::vector<int64_t>{1, 2, 5, 6}));
  EXPECT_EQ(drop_duplicates(last, "keep-last"), 2);
  EXPECT_EQ(times(last), (std::vector<int64_t>{2, 4, 5, 6}));
  EXPECT_EQ(drop_duplicates(all, "keep-all"), 0);
  EXPECT_EQ(all.size(), 6U);
}

TEST(LogFilters, EqualTimesCountWithinAUserOnly) {
  EXPECT_EQ(count_equal_times(events_of({{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {1, 0, 1}, {1, 1, 2}})), 2);
}

}  // namespace
}  // namespace r2rank::data
