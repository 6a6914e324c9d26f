// Whole imports compared with pandas (tools/golden/data.py) on MovieLens-100K, and with the published sizes
// of other data.
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "data/held_out.h"
#include "data/item_statistics.h"
#include "data/split.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::count_of;
const base::Path kMovielens = R2RANK_SOURCE_DIR "/.deps/wheels/recbole/dataset_example/ml-100k";

std::string fnv(const std::string& text) {
  uint64_t value = 0xCBF29CE484222325;
  for (const char c : text) value = (value ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return std::to_string(value);
}

std::string sequences(const Dataset& dataset) {
  std::string text;
  for (int64_t user = 0; user < dataset.users(); ++user)
    text += fmt::format("{}:{};", dataset.user_ids[user], fmt::join(testing::item_ids(dataset, user), ","));
  return fnv(text);
}

struct Movielens : ::testing::Test {
  nlohmann::json golden;
  ImportConfig config;
  void SetUp() override {
    if (!std::filesystem::exists(kMovielens))
      GTEST_SKIP() << "no " << kMovielens << ": run './run build' once";
    golden = nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/data_ml100k.json"));
    config.interactions = kMovielens;
  }
  void expect_core(const nlohmann::json& expected) {
    config.user_core = expected["user_core"];
    config.item_core = expected["item_core"];
    const Dataset dataset = import_dataset(config);
    EXPECT_EQ(dataset.users(), expected["users"]);
    EXPECT_EQ(dataset.items.size(), expected["items"]);
    EXPECT_EQ(dataset.interactions.size(), expected["interactions"]);
    EXPECT_EQ(count_of(dataset.report.counts, "rounds until"), expected["rounds"]);
    EXPECT_EQ(sequences(dataset), expected["sequences"].get<std::string>());
  }
};

TEST_F(Movielens, IsReadWholeAndInOrder) {
  const Dataset dataset = import_dataset(config);
  EXPECT_EQ(dataset.users(), 943);
  EXPECT_EQ(dataset.items.size(), 1682U);
  EXPECT_EQ(dataset.interactions.size(), 100000U);
  EXPECT_EQ(count_of(dataset.report.counts, "interactions at the time"), golden["equal_times"]);
  EXPECT_EQ(sequences(dataset), golden["sequences"].get<std::string>());
  EXPECT_EQ(dataset.items[0].title, "Toy Story (1995)");
  EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"Animation", "Children's", "Comedy"}));
  EXPECT_EQ(dataset.time_kind, TimeKind::kReal);
}

TEST_F(Movielens, KCoresEqualThoseOfPandas) {
  for (const auto& expected : golden["cores"]) expect_core(expected);
}

TEST_F(Movielens, KCoreOfLikedFilmsEqualsPandas) {
  config.min_rating = 4;
  expect_core(golden["liked_core"]);
}

TEST_F(Movielens, LeaveOneOutStatisticsEqualPandas) {
  const Dataset dataset = import_dataset(config);
  const Split split = make_split(dataset, {});
  const ItemStatistics statistics = item_statistics(dataset, split);
  std::map<std::string, int32_t> counts;
  for (size_t item = 0; item < dataset.items.size(); ++item)
    if (statistics.count[item] > 0) counts[dataset.items[item].id] = statistics.count[item];
  std::map<std::string, std::string> targets;
  for (const Slate& slate : split.test.slates)
    targets[dataset.user_ids[slate.user]] = dataset.items[dataset.events(slate.user).back().item].id;
  std::string counts_text, targets_text;
  for (const auto& [id, count] : counts) counts_text += fmt::format("{}:{};", id, count);
  for (const auto& [user, item] : targets) targets_text += fmt::format("{}:{};", user, item);
  const auto& expected = golden["leave_one_out"];
  EXPECT_EQ(count_of(split.counts, "training interactions"), expected["training"]);
  EXPECT_EQ(fnv(counts_text), expected["counts"]);
  EXPECT_EQ(fnv(targets_text), expected["targets"]);
  const auto items = index_items(dataset);
  EXPECT_FLOAT_EQ(statistics.mean_rating[items.at("50")], expected["mean_of_50"].get<float>());
  EXPECT_FLOAT_EQ(statistics.mean_rating[items.at("181")], expected["mean_of_181"].get<float>());
}

TEST_F(Movielens, TemporalPartsEqualPandas) {
  const Dataset dataset = import_dataset(config);
  const HeldOut held = temporal(dataset, 3, {0.8, 0.9, "interactions"});
  const auto& expected = golden["temporal"];
  int64_t training = 0;
  for (const int32_t end : held.training_end) training += end;
  EXPECT_EQ(training, expected["training"]);
  EXPECT_EQ(held.valid.size(), expected["valid"]);
  EXPECT_EQ(held.test.size(), expected["test"]);
  EXPECT_EQ(held.skipped_targets, expected["skipped"]);
}

struct Published {
  const char* name;
  int64_t users, items, interactions;
};

/// Data that are not part of a checkout lie in the folder that R2RANK_SHARED names.
class SharedData : public ::testing::TestWithParam<Published> {};

TEST_P(SharedData, HasItsPublishedSizeAndAcceptsItsReferenceSlates) {
  const char* shared = std::getenv("R2RANK_SHARED");
  if (shared == nullptr)
    GTEST_SKIP() << "R2RANK_SHARED is not set: " << GetParam().name << " is not there to be read";
  ImportConfig config;
  config.interactions = base::Path(shared) / "data" / GetParam().name;
  config.duplicates = "keep-all";
  const Dataset dataset = import_dataset(config);
  EXPECT_EQ(dataset.users(), GetParam().users);
  EXPECT_EQ(dataset.items.size(), static_cast<size_t>(GetParam().items));
  EXPECT_EQ(dataset.interactions.size(), static_cast<size_t>(GetParam().interactions));
  const base::Path slates =
      base::Path(shared) / "reference" / fmt::format("{}.slates.jsonl", GetParam().name);
  if (!std::filesystem::exists(slates)) return;
  SplitConfig split_config;
  split_config.negatives = "file";
  split_config.candidates_file = slates;
  const Split split = make_split(dataset, split_config);
  EXPECT_EQ(split.test.slates.size(), 1000U);
  EXPECT_EQ(split.protocol.negative_count, 19);
  EXPECT_EQ(split.protocol.exclude, "known");
}

INSTANTIATE_TEST_SUITE_P(All, SharedData,
                         ::testing::Values(Published{"amazon-scientific-2018", 8317, 4344, 58492},
                                           Published{"amazon-games-2018", 50546, 16859, 440264},
                                           Published{"amazon-industrial-2018", 3285, 3541, 22743},
                                           Published{"ml-latest-small", 610, 9742, 100836}));

}  // namespace
}  // namespace r2rank::data
