#include "distill/distill_config.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::distill {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

TEST(DistillConfig, ResolvesWhatFollowsFromTheSource) {
  DistillConfig teacher;
  teacher.prompt.words = 50;
  teacher.resolve();
  EXPECT_EQ(teacher.samples, 1);
  EXPECT_EQ(teacher.filters.max_words, 75);
  EXPECT_TRUE(teacher.filters.parts);
  DistillConfig self;
  self.source = "self";
  self.resolve();
  EXPECT_EQ(self.samples, 4);
  EXPECT_EQ(self.filters.max_words, 0);
  EXPECT_FALSE(self.filters.parts);
}

TEST(DistillConfig, RefusesLimitsThatExcludeEachOther) {
  DistillConfig config;
  config.filters.min_words = 200;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { config.resolve(); }), {"min_words", "200", "180"});
  config = {};
  config.filters.min_no = 3;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { config.resolve(); }), {"min_no"});
  config = {};
  config.asked_negatives = 8;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { config.resolve(); }), {"asked_negatives", "7"});
}

}  // namespace
}  // namespace r2rank::distill
