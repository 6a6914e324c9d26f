#include "data/split_config.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

TEST(ProtocolOf, TakesOverWhatWasAskedFor) {
  SplitConfig config;
  config.seed = 3;
  EXPECT_EQ(protocol_of(config).name(), "loo-uni19-seed3");
  config.negatives = "full";
  EXPECT_EQ(protocol_of(config).negative_count, 0);
  config.method = "temporal";
  EXPECT_EQ(protocol_of(config).name(), "temporal80-10-10-full");
  config.shares = "interactions";
  config.exclude = "none";
  EXPECT_EQ(protocol_of(config).name(), "temporal80-10-10-of-events-full-seen");
  config.method = "ratio";
  EXPECT_EQ(protocol_of(config).name(), "ratio80-10-10-full-seen");
}

struct Refused : ::testing::Test {
  Dataset dataset = testing::regular_dataset(20, 6, 50);
  SplitConfig config;
  std::string error(base::ErrorKind kind = base::ErrorKind::kUsage) {
    return error_of(kind, [&] { make_split(dataset, config); });
  }
};

TEST_F(Refused, ATemporalSplitOfAnOrder) {
  dataset.time_kind = TimeKind::kOrder;
  config.method = "temporal";
  expect_parts(error(), {"real times", "order", "leave-one-out"});
}

TEST_F(Refused, MoreCandidatesThanTheCatalogueGives) {
  config.negative_count = 60;
  expect_parts(error(), {"expected 60 negatives", "found", "lower --negative-count"});
}

TEST_F(Refused, BoundariesOutOfOrder) {
  config.method = "temporal";
  config.valid_from = 0.9;
  config.test_from = 0.8;
  expect_parts(error(), {"valid_from < test_from"});
}

TEST_F(Refused, HistoriesThatAreAllTooShort) {
  config.min_history = 10;
  expect_parts(error(), {"no slate can be made", "--min-history"});
}

TEST_F(Refused, SettingsThatDoNotGoTogether) {
  config.negatives = "file";
  expect_parts(error(), {"--candidates-file"});
  config.candidates_file = "x";
  config.test_users = 5;
  expect_parts(error(), {"--test-users"});
  config.negatives = "uniform";
  expect_parts(error(), {"--negatives file"});
}

TEST_F(Refused, AnEmptyDataset) {
  dataset = testing::dataset_of({}, 5);
  expect_parts(error(), {"with interactions"});
}

TEST_F(Refused, ExclusionsOfCandidatesFromAFile) {
  config.negatives = "file";
  config.candidates_file = "x";
  config.exclude = std::string("history");  // g++ 12 takes the plain text for an overlap
  expect_parts(error(), {"--exclude history", "as they stand"});
}

}  // namespace
}  // namespace r2rank::data
