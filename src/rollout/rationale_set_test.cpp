#include "rollout/rationale_set.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "data/test_support.h"

namespace r2rank::rollout {
namespace {

using base::ErrorKind;
using data::testing::error_of;
using data::testing::expect_parts;
using nlohmann::json;

class RationaleSets : public ::testing::Test {
 protected:
  // u0 chose 0 1 2 3, u1 chose 2 3 0; all but the last event is trained on.
  RationaleSets() { split_.training_end = {3, 2}; }

  std::vector<WrittenRationale> some() const {
    return {{0, 2, 2, true, "It goes with \"Title 1\".\nSo yes.", "teacher", 0},
            {0, 2, 4, false, "Nothing like it was chosen.", "self", 1, -0.125},
            {1, 0, 2, true, "Ein häufiger Titel.", "self", 2}};
  }
  std::string save(const std::string& about = "{}") {
    return save_rationales(some(), dataset_, split_, set_, about, false);
  }
  RationaleSet load() { return load_rationales(set_, dataset_, split_); }
  /// The first rationale's line with some fields changed; null takes one away.
  std::string line(const json& changes) const {
    json fields = json::parse(rationale_lines({some().front()}, dataset_));
    fields.merge_patch(changes);
    return fields.dump() + '\n';
  }
  std::string refusal(const std::string& lines) {
    return error_of(ErrorKind::kData, [&] { parse_rationale_lines(lines, "lines", dataset_, split_); });
  }

  data::testing::TemporaryFolder folder_;
  base::Path set_ = folder_.path() / "set";
  data::Dataset dataset_ = data::testing::dataset_of({{0, 1, 2, 3}, {2, 3, 0}}, 5);
  data::Split split_;
};

TEST_F(RationaleSets, ComeBackAsTheyWereSaved) {
  const std::string hash = save();
  const RationaleSet found = load();
  EXPECT_EQ(found.hash, hash);
  const auto expected = some();
  ASSERT_EQ(found.rationales.size(), expected.size());
  for (size_t n = 0; n < expected.size(); ++n) {
    const auto &one = found.rationales[n], &other = expected[n];
    EXPECT_EQ(
        std::tie(one.user, one.history_end, one.item, one.label, one.text, one.source, one.round, one.gain),
        std::tie(other.user, other.history_end, other.item, other.label, other.text, other.source,
                 other.round, other.gain));
  }
}

TEST_F(RationaleSets, SayWhatTheyAreAbout) {
  save(R"({"teacher": "big", "version": 99})");
  const json header = json::parse(base::read_file(set_ / "rationales.json"));
  EXPECT_EQ(header.at("format"), "r2rank-rationales");
  EXPECT_EQ(header.at("version"), 1);  // its own fields are not replaced
  EXPECT_EQ(header.at("dataset"), "small");
  EXPECT_EQ(header.at("rationales"), 3);
  EXPECT_EQ(header.at("teacher"), "big");
  const auto first = base::read_file(set_ / "rationales.jsonl");
  EXPECT_EQ(json::parse(first.substr(0, first.find('\n'))),
            json({{"user_id", "u0"},
                  {"item_id", "i2"},
                  {"history_end", 2},
                  {"label", 1},
                  {"verdict", "yes"},
                  {"rationale", "It goes with \"Title 1\".\nSo yes."},
                  {"source", "teacher"},
                  {"round", 0}}));
}

TEST_F(RationaleSets, AreReplacedOnlyWhereTold) {
  save();
  error_of(ErrorKind::kUsage, [&] { save(); });
  save_rationales({some().front()}, dataset_, split_, set_, "{}", true);
  EXPECT_EQ(load().rationales.size(), 1U);
}

TEST_F(RationaleSets, ThatWereAlteredOrCutAreRefused) {
  save();
  const std::string lines = base::read_file(set_ / "rationales.jsonl");
  base::write_file(set_ / "rationales.jsonl", lines.substr(0, lines.size() / 2));
  expect_parts(error_of(ErrorKind::kData, [&] { load(); }),
               {"rationales.jsonl", "SHA-256", "altered or cut"});
  std::filesystem::remove(set_ / "rationales.jsonl");
  error_of(ErrorKind::kIo, [&] { load(); });
}

TEST_F(RationaleSets, OfAnotherDatasetOrSplitAreRefused) {
  save();
  data::Split other = split_;
  --other.training_end[0];
  expect_parts(error_of(ErrorKind::kUsage, [&] { load_rationales(set_, dataset_, other); }),
               {"trains on other events"});
  data::Dataset renamed = dataset_;
  renamed.hash = "another";
  expect_parts(error_of(ErrorKind::kUsage, [&] { load_rationales(set_, renamed, split_); }),
               {"not for this one"});
}

TEST_F(RationaleSets, OfANewerVersionOrAnotherFormatAreRefused) {
  save();
  const json header = json::parse(base::read_file(set_ / "rationales.json"));
  for (const auto& changes :
       {json{{"version", 2}}, json{{"format", "r2rank-slates"}}, json{{"sha256", nullptr}}}) {
    json changed = header;
    changed.merge_patch(changes);
    base::write_file(set_ / "rationales.json", changed.dump());
    error_of(ErrorKind::kData, [&] { load(); });
  }
}

TEST_F(RationaleSets, NameTheDamagedLine) {
  const std::string good = line(json::object());
  expect_parts(refusal(good + "{\n"), {"line 2 of lines"});
  expect_parts(refusal(good + good.substr(0, good.size() - 1)), {"line 2 of lines", "truncated"});
  expect_parts(refusal(good + "\n"), {"line 2 of lines"});
  expect_parts(refusal("[]\n"), {"line 1 of lines"});
  expect_parts(refusal(""), {"found none", "distill"});
  for (const char* key :
       {"user_id", "item_id", "history_end", "label", "verdict", "rationale", "source", "round"})
    expect_parts(refusal(line({{key, nullptr}})), {"line 1 of lines", key});
}

TEST_F(RationaleSets, RefuseUsersItemsAndEventsThatAreNotThere) {
  expect_parts(refusal(line({{"user_id", "u7"}})), {"id of data set 'small' as 'user_id'", "\"u7\""});
  expect_parts(refusal(line({{"item_id", "i7"}})), {"id of data set 'small' as 'item_id'", "\"i7\""});
  expect_parts(refusal(line({{"history_end", -1}})), {"history_end"});
  expect_parts(refusal(line({{"history_end", 3}})), {"below 3", "held out"});  // the event that is tested
  expect_parts(refusal(line({{"history_end", 4'000'000'000}})), {"history_end"});
}

TEST_F(RationaleSets, RefuseLabelsThatContradictTheVerdictOrTheData) {
  expect_parts(refusal(line({{"verdict", "no"}})), {"verdict \"yes\" beside label 1", "\"no\""});
  expect_parts(refusal(line({{"label", 0}, {"verdict", "no"}})), {"expected label 1", "chose 'i2'"});
  expect_parts(refusal(line({{"item_id", "i4"}})), {"expected label 0", "about 'i4'"});
  expect_parts(refusal(line({{"label", 2}})), {"label"});
}

TEST_F(RationaleSets, RefuseTextsThatSayNothingOrTooMuch) {
  expect_parts(refusal(line({{"rationale", " \n"}})), {"blank"});
  expect_parts(refusal(line({{"rationale", std::string(70'000, 'a')}})), {"65536 bytes", "70000"});
}

TEST_F(RationaleSets, MayTellWhatARationaleGained) {
  const auto gain = [&](const json& value) {
    return parse_rationale_lines(line({{"utility_gain", value}}), "lines", dataset_, split_).front().gain;
  };
  EXPECT_EQ(gain(0.5), 0.5);
  EXPECT_EQ(gain(1), 1.0);
  EXPECT_FALSE(gain(nullptr));  // merge_patch takes the key away
  expect_parts(refusal(line({{"utility_gain", "much"}})), {"line 1 of lines", "utility_gain", "number"});
  auto unknown = some();
  unknown.front().gain = std::nan("");
  EXPECT_EQ(rationale_lines(unknown, dataset_), rationale_lines(some(), dataset_));
}

TEST_F(RationaleSets, TakeIdsThatAreNumbers) {
  dataset_.user_ids[0] = "17";
  const auto found = parse_rationale_lines(line({{"user_id", 17}}), "lines", dataset_, split_);
  EXPECT_EQ(found.front().user, 0);
}

}  // namespace
}  // namespace r2rank::rollout
