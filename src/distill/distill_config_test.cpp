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

TEST(DistillConfig, RefusesWhatCannotActWithItsSource) {
  const auto refusal = [](DistillConfig config) {
    return error_of(base::ErrorKind::kUsage, [&] { config.resolve(); });
  };
  DistillConfig config;
  config.self.keep = "label";
  expect_parts(refusal(config), {"keep = \"label\"", "source = teacher"});
  config = {};
  config.source = "self";
  EXPECT_NO_THROW(DistillConfig(config).resolve());
  config.prompt.words = 50;
  expect_parts(refusal(config), {"words = 50", "source = self"});
  config.prompt.words = DistillConfig().prompt.words;
  config.spending.price_read = 1;
  expect_parts(refusal(config), {"price_read", "source = self"});
  config.spending.price_read = 0;
  config.self.keep = "label";
  config.self.min_gain = 0.5;
  expect_parts(refusal(config), {"min_gain = 0.5", "keep = label"});
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
