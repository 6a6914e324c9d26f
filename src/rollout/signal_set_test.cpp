#include "rollout/signal_set.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/test_support.h"

namespace r2rank::rollout {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using nlohmann::json;

SignalSet two_signals() {
  SignalSet set;
  set.finished = true;
  set.dataset = "small";
  set.dataset_hash = "d";
  set.training_hash = "t";
  set.withhold = 2;
  set.request = R"({"trials":3})";
  set.signals = {{.method = "item-knn",
                  .settings = {{"shrink", "10"}},
                  .epochs = 0,
                  .full = "f",
                  .early = "e",
                  .floor = 0.25,
                  .weight = 0.5,
                  .valid_ndcg = 0.4},
                 {.method = "sasrec",
                  .settings = {},
                  .epochs = 12,
                  .full = "g",
                  .early = "h",
                  .floor = 2,
                  .weight = 1.5,
                  .valid_ndcg = 0.5}};
  set.count = {3, 0.5};
  set.history = {2, 0.75};
  set.valid_ndcg = 0.55;
  set.training_ndcg = 0.53;
  return set;
}

class SignalSetTest : public testing::Test {
 protected:
  /// The text with one value replaced; an undefined one removes the key.
  static std::string with(const std::string& pointer, const json& value) {
    json document = json::parse(signal_set_text(two_signals()));
    document[json::json_pointer(pointer)] = value;
    return document.dump();
  }
  static void refuses(const std::string& text, std::initializer_list<std::string> parts) {
    expect_parts(error_of(base::ErrorKind::kData, [&] { parse_signal_set(text, "signals.json"); }), parts);
  }
};

TEST_F(SignalSetTest, IsReadAsItWasWritten) {
  const data::testing::TemporaryFolder folder;
  SignalSet set = two_signals();
  save_signal_set(set, folder.path());
  const SignalSet found = load_signal_set(folder.path());
  EXPECT_EQ(signal_set_text(found), signal_set_text(set));
  EXPECT_EQ(found.hash, set.hash);
  EXPECT_EQ(found.names(), (std::vector<std::string>{"item-knn", "sasrec"}));
  EXPECT_EQ(found.weights(), (std::vector<float>{0.5F, 1.5F}));
  EXPECT_EQ(found.features(), 4);
  EXPECT_EQ(found.signals[0].settings, set.signals[0].settings);
  EXPECT_EQ(found.signals[1].epochs, 12);
  EXPECT_EQ(full_folder("S", "sasrec"), base::Path("S/full/sasrec"));
  EXPECT_EQ(early_folder("S", "sasrec"), base::Path("S/early/sasrec"));
}

TEST_F(SignalSetTest, AnUnfinishedOneMayLackWhatIsNotTrainedYet) {
  SignalSet set = two_signals();
  set.finished = false;
  set.signals[1].early = "";
  EXPECT_EQ(parse_signal_set(signal_set_text(set), "x").signals[1].early, "");
}

TEST_F(SignalSetTest, RefusesWhatNoneOfOursHolds) {
  refuses("", {"signals.json"});
  refuses("[]", {"signals.json"});
  refuses(with("/format", "r2rank-baseline"), {"format"});
  refuses(with("/version", 2), {"version 1 or older"});
  refuses(with("/finished", 1), {"finished", "true or false"});
  refuses(with("/withhold", 0), {"withhold"});
  refuses(with("/references", 1), {"references"});
  refuses(with("/seed", -1), {"seed"});
  refuses(with("/request", "x"), {"request"});
  refuses(with("/count/deviation", 0), {"deviation"});
  refuses(with("/signals", json::array()), {"signals", "at least one"});
  refuses(with("/signals/0/method", "../../etc"), {"method", "signals[0]"});
  refuses(with("/signals/1/method", "item-knn"), {"method", "each method once", "signals[1]"});
  refuses(with("/signals/0/floor", 0), {"floor"});
  refuses(with("/signals/0/weight", "1"), {"weight"});
  refuses(with("/signals/0/early", ""), {"early", "trained ranker"});
  refuses(with("/signals/0/settings/shrink", 10), {"shrink"});
  refuses(with("/valid_ndcg@10", nullptr), {"valid_ndcg@10"});
}

TEST_F(SignalSetTest, IsForOneDataSetAndWhatItsSplitTrainsOn) {
  const data::Dataset dataset = data::testing::regular_dataset(6, 8, 40);
  data::SplitConfig config;
  config.negative_count = 3;
  const data::Split split = data::make_split(dataset, config);
  SignalSet set = two_signals();
  const auto says = [&] {
    return error_of(base::ErrorKind::kUsage, [&] { check_signal_set(set, "S", dataset, split); });
  };
  expect_parts(says(), {"S", "another data set (small)"});
  set.dataset_hash = dataset.hash;
  expect_parts(says(), {"S", "other events"});
  set.training_hash = data::training_hash(split);
  EXPECT_NO_THROW(check_signal_set(set, "S", dataset, split));
  set.finished = false;
  expect_parts(says(), {"not finished", "--resume"});
}

}  // namespace
}  // namespace r2rank::rollout
