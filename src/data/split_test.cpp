#include "data/split.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "data/item_statistics.h"
#include "data/negative_sampler.h"
#include "data/split_folder.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

SplitConfig five_negatives() {
  SplitConfig config;
  config.negative_count = 5;
  return config;
}

using testing::count_of;
using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

/// The event a held-out slate predicts.
const Interaction& target_of(const Dataset& dataset, const Slate& slate) {
  return dataset.events(slate.user)[static_cast<size_t>(slate.history_end)];
}

int32_t positive_of(const Slate& slate) {
  const auto place =
      std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) - slate.relevance.begin();
  return slate.candidates[static_cast<size_t>(place)];
}

/// No target of a held-out slate is a training event, in its own history, or counted in the statistics.
void expect_no_leak(const Dataset& dataset, const Split& split) {
  for (const SlateSet* set : {&split.valid, &split.test}) {
    for (const Slate& slate : set->slates) {
      const Interaction& target = target_of(dataset, slate);
      EXPECT_EQ(target.item, positive_of(slate));
      EXPECT_GE(slate.history_end, split.training_end[slate.user]);
      EXPECT_EQ(slate.id, &target - dataset.interactions.data());
      for (const Interaction& past : dataset.events(slate.user).first(static_cast<size_t>(slate.history_end)))
        EXPECT_LE(past.time, target.time);
      const auto known = known_items(dataset, slate.user);
      for (const int32_t item : slate.candidates)
        EXPECT_TRUE(item == target.item || !std::binary_search(known.begin(), known.end(), item));
    }
  }
  // Statistics recounted from scratch without every held-out target.
  std::set<const Interaction*> targets;
  for (const SlateSet* set : {&split.valid, &split.test})
    for (const Slate& slate : set->slates) targets.insert(&target_of(dataset, slate));
  std::vector<int32_t> most(dataset.items.size(), 0);
  for (const Interaction& event : dataset.interactions) most[event.item] += !targets.contains(&event);
  const ItemStatistics statistics = item_statistics(dataset, split);
  for (size_t item = 0; item < most.size(); ++item) EXPECT_LE(statistics.count[item], most[item]);
}

TEST(Split, LeaveOneOutDoesNotLeak) {
  const Dataset dataset = testing::regular_dataset(60, 8, 50);
  const Split split = make_split(dataset, {});
  EXPECT_EQ(split.test.slates.size(), 60U);
  EXPECT_EQ(split.valid.slates.size(), 60U);
  EXPECT_EQ(count_of(split.counts, "training interactions"), 60 * 6);
  expect_no_leak(dataset, split);
}

TEST(Split, TemporalDoesNotLeak) {
  Dataset dataset = testing::regular_dataset(60, 8, 50);
  for (auto& event : dataset.interactions) event.time += 3 * event.user;
  SplitConfig config;
  config.method = "temporal";
  config.negatives = "popularity";
  const Split split = make_split(dataset, config);
  EXPECT_EQ(split.protocol.name(), "temporal80-10-10-smoothpop19-seed7");
  EXPECT_GT(split.test.slates.size(), 20U);
  expect_no_leak(dataset, split);
  int64_t latest_training = 0, earliest_valid = INT64_MAX, latest_valid = 0, earliest_test = INT64_MAX;
  for (int64_t user = 0; user < dataset.users(); ++user)
    for (const auto& event : dataset.events(user).first(static_cast<size_t>(split.training_end[user])))
      latest_training = std::max(latest_training, event.time);
  for (const Slate& slate : split.valid.slates) {
    earliest_valid = std::min(earliest_valid, target_of(dataset, slate).time);
    latest_valid = std::max(latest_valid, target_of(dataset, slate).time);
  }
  for (const Slate& slate : split.test.slates)
    earliest_test = std::min(earliest_test, target_of(dataset, slate).time);
  EXPECT_LT(latest_training, earliest_valid);
  EXPECT_LT(latest_valid, earliest_test);
}

TEST(Split, AddingUsersChangesNoOtherSlate) {
  const Dataset few = testing::regular_dataset(40, 8, 50);
  std::vector<std::vector<int32_t>> histories;
  for (int64_t user = 0; user < few.users(); ++user) {
    histories.emplace_back();
    for (const auto& event : few.events(user)) histories.back().push_back(event.item);
  }
  histories.insert(histories.begin(), {1, 2, 3, 4, 5, 6});  // in front: every other user's index moves
  Dataset many = testing::dataset_of(histories, 50);
  many.user_ids = few.user_ids;
  many.user_ids.insert(many.user_ids.begin(), "newcomer");
  const Split before = make_split(few, {}), after = make_split(many, {});
  for (size_t i = 0; i < before.test.slates.size(); ++i)
    EXPECT_EQ(before.test.slates[i].candidates, after.test.slates[i + 1].candidates);
}

TEST(Split, EvaluatingFewerUsersKeepsTheirSlates) {
  const Dataset dataset = testing::regular_dataset(60, 8, 50);
  SplitConfig config;
  const Split all = make_split(dataset, config);
  config.test_users = 10;
  config.valid_users = 5;
  const Split some = make_split(dataset, config);
  EXPECT_EQ(some.test.slates.size(), 10U);
  EXPECT_EQ(some.valid.slates.size(), 5U);
  EXPECT_EQ(some.training_end, all.training_end);
  for (const Slate& slate : some.test.slates) {
    const auto same = std::find_if(all.test.slates.begin(), all.test.slates.end(),
                                   [&](const Slate& other) { return other.id == slate.id; });
    ASSERT_NE(same, all.test.slates.end());
    EXPECT_EQ(same->candidates, slate.candidates);
  }
}

TEST(Split, TrainsOnTheSecondLastEventOfThoseItDoesNotValidate) {
  const Dataset dataset = testing::regular_dataset(20, 8, 50);
  SplitConfig config = five_negatives();
  config.valid_users = 5;
  const Split usual = make_split(dataset, config);
  config.train_on_unvalidated = true;
  const Split more = make_split(dataset, config);
  expect_no_leak(dataset, more);
  std::set<int32_t> validated;
  for (const Slate& slate : more.valid.slates) validated.insert(slate.user);
  EXPECT_EQ(validated.size(), 5U);
  for (int32_t user = 0; user < dataset.users(); ++user)
    EXPECT_EQ(more.training_end[user], usual.training_end[user] + (validated.contains(user) ? 0 : 1));
  EXPECT_EQ(more.test.hash, usual.test.hash);
  config.method = "temporal";
  EXPECT_THROW(make_split(dataset, config), base::Error);
}

TEST(Split, SeedsChangeCandidatesOnly) {
  const Dataset dataset = testing::regular_dataset(20, 8, 50);
  SplitConfig config;
  config.seed = 8;
  const Split other = make_split(dataset, config), split = make_split(dataset, {});
  EXPECT_EQ(other.training_end, split.training_end);
  EXPECT_NE(other.test.hash, split.test.hash);
}

TEST(Split, CountsUsersItSkips) {
  const Split split = make_split(testing::dataset_of({{0, 1, 2, 3, 4, 5}, {6, 7}, {8}, {9, 10, 11, 12}}, 40),
                                 five_negatives());
  EXPECT_EQ(split.test.slates.size(), 1U);
  EXPECT_EQ(count_of(split.counts, "users with fewer than 5"), 3);
  EXPECT_EQ(split.training_end, (std::vector<int32_t>{4, 2, 1, 4}));
}

struct SplitFolder : ::testing::Test {
  TemporaryFolder folder;
  Dataset dataset = testing::regular_dataset(30, 7, 50);
  Split split = make_split(dataset, {});
  base::Path path = folder.path() / "split";
  void SetUp() override { save_split(split, dataset, path, false); }
  std::string load_error() {
    return error_of(base::ErrorKind::kData, [&] { load_split(path, dataset); });
  }
  void change(const std::string& from, const std::string& to) {
    std::string text = base::read_file(path / "split.json");
    ASSERT_NE(text.find(from), std::string::npos);
    base::write_file(path / "split.json", text.replace(text.find(from), from.size(), to));
  }
};

TEST_F(SplitFolder, ReturnsWhatWasSaved) {
  const Split loaded = load_split(path, dataset);
  EXPECT_EQ(loaded.training_end, split.training_end);
  EXPECT_EQ(loaded.counts, split.counts);
  EXPECT_EQ(loaded.protocol.name(), split.protocol.name());
  EXPECT_EQ(loaded.test.hash, split.test.hash);
  EXPECT_EQ(loaded.valid.slates.size(), split.valid.slates.size());
}

TEST_F(SplitFolder, IsCompactForLeaveOneOut) {
  EXPECT_LT(base::read_file(path / "split.json").size(), 1000U);
}

TEST_F(SplitFolder, OfAnotherDatasetIsRefused) {
  const Dataset other = testing::regular_dataset(30, 7, 51);
  expect_parts(error_of(base::ErrorKind::kData, [&] { load_split(path, other); }),
               {dataset.hash, other.hash});
}

TEST_F(SplitFolder, AlteredOrTruncatedIsRefused) {
  change("[[2,30]]", "[[1,30]]");
  expect_parts(load_error(), {"content hash", "split anew"});
  base::write_file(path / "split.json", "{\"format\":");
  expect_parts(load_error(), {"expected JSON", "split.json"});
  std::filesystem::remove(path / "split.json");
  expect_parts(load_error(), {"split.json", "r2rank split"});
}

TEST_F(SplitFolder, SlatesOfAnotherSplitAreRefused) {
  SplitConfig config;
  config.seed = 8;
  save_slates(make_split(dataset, config).test, dataset, path / "test.slates.jsonl");
  expect_parts(load_error(), {"test slates with hash " + split.test.hash, "split anew"});
}

TEST_F(SplitFolder, RunsThatDoNotFitAreRefusedEvenWhenSealed) {
  for (const char* runs :
       {"[[2,29]]", "[[2,31]]", "[[8,30]]", "[[-1,30]]", "[[2,99999999999999]]", "[[2]]", "7", "[]"}) {
    auto json = nlohmann::ordered_json::parse(split_json(split, dataset));
    json["held_out_runs"] = nlohmann::ordered_json::parse(runs);
    json["hash"] = split_hash(json);
    expect_parts(error_of(base::ErrorKind::kData, [&] { parse_split(json.dump(), "s", dataset); }),
                 {"'held_out_runs'"});
  }
}

}  // namespace
}  // namespace r2rank::data
