#include "experiment/signal_training.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "data/early_split.h"
#include "experiment/baseline_folder.h"
#include "experiment/test_signals.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using data::testing::error_of;
using data::testing::expect_parts;

class SignalTraining : public ::testing::Test {
 protected:
  ~SignalTraining() override { base::set_interrupt_requested(false); }

  rollout::SignalSet train(const SignalRequest& request, bool resume = false) const {
    return train_signals(request, {dataset_, split_}, signals_, resume);
  }
  std::string refusal(const SignalRequest& request, bool resume = true) const {
    return error_of(base::ErrorKind::kUsage, [&] { train(request, resume); });
  }
  static std::string check(const SignalRequest& request) {
    return error_of(base::ErrorKind::kUsage, [&] { request.check(); });
  }
  fs::file_time_type written(const char* part, const char* method) const {
    return fs::last_write_time(signals_ / part / method / "baseline.json");
  }
  std::vector<std::string> names(const char* part) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(signals_ / part))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

  data::testing::TemporaryFolder folder_;
  base::Path signals_ = folder_.path() / "signals";
  data::Dataset dataset_ = testing::circle();
  data::Split split_ = testing::split_of(dataset_);
};

TEST_F(SignalTraining, TrainsEachMethodOnAllEventsAndOnTheEarlyOnes) {
  const auto set = train(testing::quick_request({"bpr-mf", "item-knn"}));
  EXPECT_TRUE(set.finished);
  const data::Split early = data::early_split(split_, 1, 3);
  for (const auto& signal : set.signals) {
    EXPECT_EQ(load_baseline(signals_ / "full" / signal.method, {dataset_, split_}).method, signal.method);
    EXPECT_EQ(load_baseline(signals_ / "early" / signal.method, {dataset_, early}).method, signal.method);
    EXPECT_GT(signal.floor, 0);
    EXPECT_GE(signal.weight, 0);
    EXPECT_GT(signal.valid_ndcg, 0.2);
  }
  EXPECT_GE(set.signals[0].epochs, 1);
  EXPECT_LE(set.signals[0].epochs, 3);
  EXPECT_EQ(set.signals[1].epochs, 0);
  EXPECT_GT(set.valid_ndcg, 0.8) << "what comes next on the circle follows from what came before";
  const auto found = rollout::load_signal_set(signals_);
  EXPECT_EQ(found.hash, set.hash);
  EXPECT_NO_THROW(rollout::check_signal_set(found, signals_, dataset_, split_));
}

TEST_F(SignalTraining, RepeatsItself) {
  const auto request = testing::quick_request({"item-knn", "tfidf"});
  const auto first = train(request), second = train(request);
  EXPECT_EQ(first.weights(), second.weights());
  EXPECT_EQ(first.valid_ndcg, second.valid_ndcg);
}

TEST_F(SignalTraining, EarlyRankersRepeatTheSettingsThatTuningChose) {
  auto request = testing::quick_request({"item-knn"});
  request.tune.trials = 3;
  request.set = {"item-knn.neighbours=7"};
  const auto set = train(request);
  const auto early = load_baseline(signals_ / "early/item-knn", {dataset_, data::early_split(split_, 1, 3)});
  EXPECT_EQ(early.settings, set.signals[0].settings);
}

TEST_F(SignalTraining, AFurtherMethodIsAddedAndWhatIsThereIsKept) {
  const auto before = train(testing::quick_request({"bpr-mf"}));
  const auto full = written("full", "bpr-mf"), early = written("early", "bpr-mf");
  auto request = testing::quick_request({"item-knn", "bpr-mf"});
  request.set = {"item-knn.neighbours=5"};
  request.fit.epochs = 1;  // a budget is no reason to train again
  const auto set = train(request, true);
  EXPECT_EQ(set.names(), request.methods);
  EXPECT_EQ(written("full", "bpr-mf"), full);
  EXPECT_EQ(written("early", "bpr-mf"), early);
  EXPECT_EQ(set.signals[1].full, before.signals[0].full);
  EXPECT_NE(set.hash, before.hash);
}

TEST_F(SignalTraining, WhatWasBegunIsFinished) {
  auto request = testing::quick_request({"item-knn", "bpr-mf"});
  auto set = train(request);
  const auto whole = set;
  // As a kill between the two rankers of the second method leaves it.
  set.finished = false;
  set.signals[1].early.clear();
  rollout::save_signal_set(set, signals_);
  fs::create_directories(signals_ / "early" / ".bpr-mf.1.tmp");
  const auto kept = written("full", "bpr-mf");
  EXPECT_FALSE(check_signal_folder(request, {dataset_, split_}, signals_, true));
  const auto again = train(request, true);
  EXPECT_EQ(written("full", "bpr-mf"), kept);
  EXPECT_EQ(again.weights(), whole.weights());
  EXPECT_EQ(names("early"), (std::vector<std::string>{"bpr-mf", "item-knn"}));
  EXPECT_TRUE(check_signal_folder(request, {dataset_, split_}, signals_, true));
}

TEST_F(SignalTraining, AnInterruptKeepsWhatIsTrained) {
  base::set_interrupt_requested(true);
  const auto request = testing::quick_request({"item-knn"});
  EXPECT_THROW(train(request), base::Error);
  base::set_interrupt_requested(false);
  EXPECT_FALSE(rollout::load_signal_set(signals_).finished);
  EXPECT_TRUE(train(request, true).finished);
}

TEST_F(SignalTraining, WithoutResumeItBeginsAnew) {
  train(testing::quick_request({"bpr-mf", "item-knn"}));
  const auto set = train(testing::quick_request({"item-knn"}));
  EXPECT_EQ(set.names(), (std::vector<std::string>{"item-knn"}));
  EXPECT_EQ(names("full"), (std::vector<std::string>{"item-knn"}));
  EXPECT_EQ(names("early"), (std::vector<std::string>{"item-knn"}));
}

TEST_F(SignalTraining, OtherSettingsAreNoResumption) {
  const auto request = testing::quick_request({"item-knn"});
  train(request);
  auto other = request;
  other.withhold = 2;
  expect_parts(refusal(other), {"withhold = 1", "this run has 2", "--overwrite"});
  other = request;
  other.seed = 8;
  expect_parts(refusal(other), {"seed = 7"});
  other = request;
  other.set = {"item-knn.neighbours=5"};
  expect_parts(refusal(other), {"set = ", "item-knn.neighbours=5"});
  data::Split split = split_;
  --split.training_end[0];
  expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { train_signals(request, {dataset_, split}, signals_, true); }),
      {"other events"});
}

TEST_F(SignalTraining, AChangedRankerIsNotKept) {
  const auto request = testing::quick_request({"item-knn"});
  train(request);
  const base::Path card = signals_ / "full/item-knn/baseline.json";
  base::write_file(card, base::read_file(card) + " ");
  auto more = request;
  more.methods = {"item-knn", "popularity"};
  expect_parts(error_of(base::ErrorKind::kData, [&] { train(more, true); }), {"was changed", "--overwrite"});
}

TEST_F(SignalTraining, RefusesWhatIsNoSignal) {
  EXPECT_NO_THROW(testing::quick_request({"sasrec", "popularity"}).check());
  expect_parts(check(testing::quick_request({})), {"names none"});
  expect_parts(check(testing::quick_request({"sasrek"})), {"sasrek", "did you mean 'sasrec'"});
  expect_parts(check(testing::quick_request({"random"})), {"'random' is no signal"});
  expect_parts(check(testing::quick_request({"llm-verdict"})), {"'llm-verdict' is no signal"});
  expect_parts(check(testing::quick_request({"tfidf", "tfidf"})), {"twice"});
  auto request = testing::quick_request({"sasrec"});
  request.set = {"dimensions=4"};
  expect_parts(check(request), {"METHOD.name=value"});
  request.set = {"tfidf.history=4"};
  expect_parts(check(request), {"'tfidf' is none of --methods"});
  request.set = {"sasrec.dimension=4"};
  expect_parts(check(request), {"dimension"});
}

TEST_F(SignalTraining, ASplitWithoutTrainingSlatesIsRefusedBeforeAnythingIsWritten) {
  auto request = testing::quick_request({"item-knn"});
  request.min_history = 50;
  expect_parts(refusal(request, false), {"training events", "min_history"});
  EXPECT_FALSE(fs::exists(signals_));
}

}  // namespace
}  // namespace r2rank::experiment
