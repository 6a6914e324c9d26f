#include "cli/dataset_text.h"

#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

data::Dataset dataset_with_times(const std::vector<std::pair<int32_t, int64_t>>& user_times) {
  data::Dataset dataset;
  for (const auto& [user, time] : user_times) dataset.interactions.push_back({.user = user, .time = time});
  return dataset;
}

TEST(TimeSpan, NamesFirstAndLastDay) {
  EXPECT_EQ(time_span(dataset_with_times({{0, 893286638}, {1, 874724710}})), "1997-09-20 to 1998-04-22");
}

TEST(TimeSpan, IsEmptyWithoutEventsOrRealTime) {
  EXPECT_EQ(time_span(data::Dataset{}), "");
  auto ordered = dataset_with_times({{0, 1}});
  ordered.time_kind = data::TimeKind::kOrder;
  EXPECT_EQ(time_span(ordered), "");
}

TEST(TimeSpan, ShowsTimesBeyondTheCalendarAsNumbers) {
  EXPECT_EQ(time_span(dataset_with_times({{0, INT64_MIN}, {0, INT64_MAX}})),
            "-9223372036854775808 to 9223372036854775807");
}

}  // namespace
}  // namespace r2rank::cli
