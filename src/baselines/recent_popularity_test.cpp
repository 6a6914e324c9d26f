#include "baselines/recent_popularity.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "baselines/simple_scorers.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kDay = 86400;

/// Two users whose training events are: item 0 on day 0, item 1 on day 10; item 0 on day 4.
class DatedEvents : public ::testing::Test {
 protected:
  DatedEvents() {
    dataset_.time_kind = data::TimeKind::kReal;
    const std::vector<int64_t> days = {0, 10, 11, 12, 4, 20, 21};
    for (size_t event = 0; event < days.size(); ++event) {
      dataset_.interactions[event].time = days[event] * kDay;
    }
  }
  std::vector<double> scores(const RecentPopularityOptions& options) {
    return make_recent_popularity({dataset_, split_}, options)
        ->score(testing::last_event_slate(dataset_, 0, {0, 1, 2}));
  }
  data::Dataset dataset_ = testing::dataset_of({{0, 1, 2, 2}, {0, 2, 2}}, 3);
  data::Split split_ = testing::leave_last_two(dataset_);
};

TEST_F(DatedEvents, CountEquallyWithoutSettings) {
  EXPECT_EQ(scores({}), (std::vector<double>{2, 1, 0}));
}

TEST_F(DatedEvents, CountHalfAfterEachHalfLifeBeforeTheLastTrainingEvent) {
  const auto found = scores({.half_life = 2, .window = 0});
  EXPECT_DOUBLE_EQ(found[0], std::exp2(-5) + std::exp2(-3));  // 10 and 6 days before day 10
  EXPECT_DOUBLE_EQ(found[1], 1);
  EXPECT_EQ(found[2], 0);  // held-out events never count
}

TEST_F(DatedEvents, CountNotAtAllBeforeTheWindow) {
  EXPECT_EQ(scores({.half_life = 0, .window = 6}), (std::vector<double>{1, 1, 0}));
  EXPECT_EQ(scores({.half_life = 0, .window = 5.9}), (std::vector<double>{0, 1, 0}));
}

TEST(OrderedEvents, AgeByTheEventsTheSameUserHadAfterwards) {
  const auto dataset = testing::dataset_of({{0, 1, 2, 9, 9}, {3, 4, 9, 9}}, 10);
  const auto split = testing::leave_last_two(dataset);
  const auto slate = testing::last_event_slate(dataset, 0, {0, 1, 2, 3, 4, 9});
  EXPECT_EQ(make_recent_popularity({dataset, split}, {.half_life = 1, .window = 0})->score(slate),
            (std::vector<double>{0.25, 0.5, 1, 0.5, 1, 0}));
  EXPECT_EQ(make_recent_popularity({dataset, split}, {.half_life = 0, .window = 1})->score(slate),
            (std::vector<double>{0, 0, 1, 0, 1, 0}));
}

TEST(RecentPopularity, RefusesNegativeSettings) {
  const auto dataset = testing::random_dataset(1, 3, 5);
  const auto split = testing::leave_last_two(dataset);
  for (const auto& options : {RecentPopularityOptions{.half_life = -1, .window = 0},
                              RecentPopularityOptions{.half_life = 0, .window = NAN}}) {
    try {
      make_recent_popularity({dataset, split}, options);
      FAIL() << "a bad setting was accepted";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
      EXPECT_NE(std::string(error.what()).find("0 turns either off"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace r2rank::baselines
