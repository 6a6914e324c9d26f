#include "data/dataset_checks.h"

#include <functional>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::expect_parts;

std::string broken(const std::function<void(Dataset&)>& change) {
  Dataset dataset = testing::dataset_of({{0, 1}, {1, 0}}, 2);
  change(dataset);
  return testing::error_of(base::ErrorKind::kData, [&] { check_dataset(dataset, "here"); });
}

TEST(DatasetChecks, AcceptWhatIsSound) {
  Dataset dataset = testing::dataset_of({{0, 1}, {1, 0}}, 2);
  EXPECT_NO_THROW(check_dataset(dataset, "here"));
  const auto offsets = std::exchange(dataset.user_offsets, {});
  finish_dataset(dataset, "here");
  EXPECT_EQ(dataset.user_offsets, offsets);
}

TEST(DatasetChecks, RefuseIndicesOutOfRange) {
  expect_parts(broken([](Dataset& d) { d.interactions[1].item = 2; }),
               {"item < 2", "interaction 1 of here", "0 and 2"});
  broken([](Dataset& d) { d.interactions[1].item = -1; });
  broken([](Dataset& d) { d.interactions[3].user = 7; });
  broken([](Dataset& d) { d.interactions[0].user = -5; });
}

TEST(DatasetChecks, RefuseEventsOutOfOrder) {
  expect_parts(broken([](Dataset& d) { d.interactions[1].time = 3; }),
               {"sorted by user and time", "number 1"});
  expect_parts(broken([](Dataset& d) { std::swap(d.interactions[0], d.interactions[3]); }), {"sorted"});
}

TEST(DatasetChecks, RefuseIllegalValues) {
  expect_parts(broken([](Dataset& d) { d.interactions[0].rating = -1; }), {"finite rating", "-1"});
  broken([](Dataset& d) { d.interactions[0].rating = std::numeric_limits<float>::infinity(); });
  expect_parts(broken([](Dataset& d) { d.has_ratings = false; }), {"no rating"});
  expect_parts(broken([](Dataset& d) { d.interactions[0].time = -1; }), {"time of 0 or more"});
}

TEST(DatasetChecks, RefuseRepeatedAndEmptyIds) {
  expect_parts(broken([](Dataset& d) { d.user_ids[1] = "u0"; }), {"distinct user ids", "'u0' twice"});
  expect_parts(broken([](Dataset& d) { d.items[0].id = ""; }), {"every item", "empty"});
}

TEST(DatasetChecks, RefuseOffsetsThatDoNotFit) {
  broken([](Dataset& d) { d.user_offsets[1] = 3; });
  broken([](Dataset& d) { d.user_offsets.pop_back(); });
}

TEST(DatasetChecks, RefuseAnOrderWithGaps) {
  expect_parts(broken([](Dataset& d) { d.time_kind = TimeKind::kOrder; }), {"positions 0, 1, 2", "'u0'"});
}

}  // namespace
}  // namespace r2rank::data
