#include "data/slate_drawing.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(SlateDrawing, IsWhatTheSlatesAreDrawnBy) {
  SlateDrawing drawing;
  base::ConfigFields fields;
  drawing.describe(fields);
  fields.set("negative_count", "19");
  fields.set("recent_targets", "2");
  fields.set("min_history", "5");
  fields.set("negatives", "popularity");
  fields.set("withhold", "1");
  const auto options = drawing.drawing(11);
  EXPECT_EQ(options.negative_count, 19);
  EXPECT_EQ(options.recent_targets, 2);
  EXPECT_EQ(options.min_history, 5);
  EXPECT_EQ(options.negatives, "popularity");
  EXPECT_EQ(options.seed, 11U);
  EXPECT_EQ(options.withhold, 1);
}

TEST(SlateDrawing, BeginsWithWhatTheSlatesBeginWith) {
  const TrainingSlates::Options usual, found = SlateDrawing().drawing(7);
  EXPECT_EQ(found.negative_count, usual.negative_count);
  EXPECT_EQ(found.recent_targets, usual.recent_targets);
  EXPECT_EQ(found.min_history, usual.min_history);
  EXPECT_EQ(found.negatives, usual.negatives);
  EXPECT_EQ(found.seed, usual.seed);
  EXPECT_EQ(found.withhold, usual.withhold);
}

}  // namespace
}  // namespace r2rank::data
