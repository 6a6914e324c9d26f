#include "data/split_folder.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using nlohmann::ordered_json;
using testing::error_of;
using testing::expect_parts;

/// A split of users with 6, 2, 0, 1 and 5 events: the first and the last have two held out each.
struct SplitJson : ::testing::Test {
  Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5}, {6, 7}, {}, {8}, {9, 10, 11, 12, 13}}, 40);
  Split split = split_by(7);

  Split split_by(int64_t seed) const {
    SplitConfig config;
    config.negative_count = 5;
    config.seed = seed;
    return make_split(dataset, config);
  }
  /// split.json with one thing changed and a hash that fits again.
  std::string resealed(const std::function<void(ordered_json&)>& change) const {
    auto json = ordered_json::parse(split_json(split, dataset));
    change(json);
    json["hash"] = split_hash(json);
    return json.dump();
  }
  std::string refusal(const std::string& text) const {
    return error_of(base::ErrorKind::kData, [&] { parse_split(text, "here.json", dataset); });
  }
};

TEST_F(SplitJson, KeepsHeldOutEventsOfEveryUserAsRuns) {
  const std::string text = split_json(split, dataset);
  EXPECT_EQ(ordered_json::parse(text)["held_out_runs"].dump(), "[[2,1],[0,3],[2,1]]");
  EXPECT_EQ(parse_split(text, "s", dataset).training_end, (std::vector<int32_t>{4, 2, 0, 1, 3}));
}

TEST_F(SplitJson, KeepsCountsInOrderWithTheirWords) {
  split.counts = {{"b \"quoted\" \u00E9", INT64_MAX}, {"a", -1}, {"a", 0}};
  EXPECT_EQ(parse_split(split_json(split, dataset), "s", dataset).counts, split.counts);
}

TEST_F(SplitJson, NamesPartsAndTheirHashesForTheSlatesFiles) {
  const Split found = parse_split(split_json(split, dataset), "s", dataset);
  EXPECT_EQ(found.valid.part, "valid");
  EXPECT_EQ(found.valid.hash, split.valid.hash);
  EXPECT_EQ(found.test.part, "test");
  EXPECT_EQ(found.test.hash, split.test.hash);
  EXPECT_TRUE(found.test.slates.empty());
}

TEST_F(SplitJson, IsHashedByContentNotByLayout) {
  const auto json = ordered_json::parse(split_json(split, dataset));
  EXPECT_NO_THROW(parse_split(json.dump(4), "s", dataset));
  auto changed = json;
  changed["valid_hash"] = "0";
  expect_parts(refusal(changed.dump()), {"content hash", "here.json", "split anew"});
}

TEST_F(SplitJson, CarriesNamesForReadersOnly) {
  const auto rename = [](ordered_json& json) {
    json["dataset"] = "another name";
    json["protocol_name"] = "another protocol";
  };
  EXPECT_EQ(parse_split(resealed(rename), "s", dataset).protocol.name(), split.protocol.name());
}

TEST_F(SplitJson, WithoutOneOfItsFieldsIsRefusedNamingIt) {
  for (const char* name : {"format", "version", "protocol", "dataset_hash", "valid_hash", "test_hash",
                           "counts", "held_out_runs"}) {
    const std::string key = name;
    expect_parts(refusal(resealed([&](ordered_json& json) { json.erase(key); })),
                 {"'" + key + "'", "here.json", "found nothing"});
  }
  auto json = ordered_json::parse(split_json(split, dataset));
  json.erase("hash");
  expect_parts(refusal(json.dump()), {"'hash'", "found nothing"});
}

TEST_F(SplitJson, OfANewerVersionOrAnotherKindIsRefused) {
  expect_parts(refusal(resealed([](ordered_json& json) { json["version"] = 4; })),
               {"version 3 or older", "found 4", "newer r2rank"});
  expect_parts(refusal(resealed([](ordered_json& json) { json["format"] = "r2rank-slates"; })),
               {"\"r2rank-split\"", "r2rank-slates"});
}

TEST_F(SplitJson, WithMalformedCountsIsRefused) {
  for (const char* counts : {R"([["a"]])", R"([["a","1"]])", R"([[1,"a"]])", R"([["a",1.5]])",
                             R"([["a",1,2]])", R"({"a":1})", "null"})
    expect_parts(refusal(resealed([&](ordered_json& json) { json["counts"] = ordered_json::parse(counts); })),
                 {"'counts'"});
}

struct SavedSplit : SplitJson {
  testing::TemporaryFolder folder;
  base::Path path = folder.path() / "split";
  void SetUp() override { save_split(split, dataset, path, false); }
  static std::set<std::string> names_in(const base::Path& place) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(place))
      names.insert(entry.path().filename().string());
    return names;
  }
};

TEST_F(SavedSplit, IsThreeFilesAndNothingBesideThem) {
  EXPECT_EQ(names_in(path), (std::set<std::string>{"split.json", "test.slates.jsonl", "valid.slates.jsonl"}));
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"split"});
}

TEST_F(SavedSplit, IsReplacedOnlyWhenAskedTo) {
  const Split other = split_by(8);
  ASSERT_NE(other.test.hash, split.test.hash);
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { save_split(other, dataset, path, false); }),
               {"exists already", "--overwrite"});
  EXPECT_EQ(load_split(path, dataset).test.hash, split.test.hash);
  save_split(other, dataset, path, true);
  EXPECT_EQ(load_split(path, dataset).test.hash, other.test.hash);
}

TEST_F(SavedSplit, WithTheSlatesOfTheOtherPartIsRefused) {
  std::filesystem::copy_file(path / "valid.slates.jsonl", path / "test.slates.jsonl",
                             std::filesystem::copy_options::overwrite_existing);
  expect_parts(error_of(base::ErrorKind::kData, [&] { load_split(path, dataset); }),
               {"expected the test slates with hash " + split.test.hash, "found valid", split.valid.hash});
}

TEST_F(SavedSplit, WithoutItsSlatesIsRefused) {
  std::filesystem::remove(path / "valid.slates.jsonl");
  expect_parts(error_of(base::ErrorKind::kIo, [&] { load_split(path, dataset); }), {"valid.slates.jsonl"});
}

TEST_F(SavedSplit, ThatIsNotThereIsNoDamagedOne) {
  expect_parts(error_of(base::ErrorKind::kIo, [&] { load_split(folder.path() / "absent", dataset); }),
               {"absent/split.json", "no such folder", "r2rank split"});
  expect_parts(
      error_of(base::ErrorKind::kIo, [&] { load_split(folder.path() / std::string(300, 'n'), dataset); }),
      {"cannot open", "r2rank split"});
  expect_parts(error_of(base::ErrorKind::kData, [&] { load_split(folder.path(), dataset); }),
               {"expected a split folder with split.json", "found none"});
}

}  // namespace
}  // namespace r2rank::data
