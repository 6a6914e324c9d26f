#include "learn/model_signals.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "learn/tiny_ranking_model.h"

namespace r2rank::learn {
namespace {

namespace fs = std::filesystem;
using data::testing::error_of;
using data::testing::expect_parts;

/// A folder of signals whose rankers are files of a few bytes: learn copies them and never opens them.
class ModelSignalsTest : public ::testing::Test {
 protected:
  ModelSignalsTest() {
    testing::write_tiny_base(base_);
    set_.finished = true;
    set_.dataset = dataset_.name;
    set_.dataset_hash = dataset_.hash;
    set_.training_hash = data::training_hash(split_);
    set_.request = "{}";
    for (const char* method : {"sasrec", "tfidf"}) {
      set_.signals.push_back(
          {.method = method, .full = "f", .early = "e", .weight = set_.signals.empty() ? 0.75 : 0.25});
      base::write_file(rollout::full_folder(signals_, method) / "baseline.json", method);
    }
    base::write_file(rollout::full_folder(signals_, "sasrec") / "weights.safetensors", "weights");
    base::write_file(rollout::early_folder(signals_, "sasrec") / "baseline.json", "early");
    rollout::save_signal_set(set_, signals_);
    config_.folder = signals_.string();
  }

  std::unique_ptr<RankingModel> open(const std::string& candidate = "{title}") const {
    text::PromptConfig prompt = testing::tiny_prompt();
    prompt.candidate = candidate;
    return open_ranking_model(base_, testing::tiny_options("frozen"), prompt);
  }
  std::unique_ptr<RankingModel> hybrid() {
    auto ranking = open();
    use_signals(config_, dataset_, split_, *ranking);
    return ranking;
  }
  base::Path written(const RankingModel& ranking) const {
    const base::Path folder = folder_.path() / "model";
    fs::create_directories(folder);
    write_ranking_model(ranking, folder, "{}");
    return folder;
  }
  std::unique_ptr<RankingModel> reopened(const base::Path& folder) const {
    return open_ranking_model(folder, testing::tiny_options("frozen"), {});
  }
  std::string refusal(RankingModel& ranking, SignalConfig config) const {
    return error_of(base::ErrorKind::kUsage, [&] { use_signals(config, dataset_, split_, ranking); });
  }

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base", signals_ = folder_.path() / "signals";
  data::Dataset dataset_ = testing::red_or_blue();
  data::Split split_ = testing::split_of(dataset_);
  rollout::SignalSet set_;
  SignalConfig config_;
};

TEST_F(ModelSignalsTest, AModelBeginsWithTheWeightsOfTheSet) {
  const auto ranking = hybrid();
  const auto& head = ranking->model->signal_head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->features, 4);
  EXPECT_EQ(head->weights->master[0][0].item<float>(), 0.75F);
  EXPECT_EQ(head->weights->master[0][1].item<float>(), 0.25F);
  EXPECT_EQ(head->w1->master.size(0), 16);
}

TEST_F(ModelSignalsTest, AFolderHoldsTheFullRankersAndTheTrainedHead) {
  const auto ranking = hybrid();
  {
    at::NoGradGuard no_grad;
    ranking->model->signal_head()->w2->master.fill_(0.5F);
  }
  const base::Path folder = written(*ranking);
  EXPECT_EQ(base::read_file(folder / "signals/full/sasrec/weights.safetensors"), "weights");
  EXPECT_EQ(base::read_file(folder / "signals/full/tfidf/baseline.json"), "tfidf");
  EXPECT_FALSE(fs::exists(folder / "signals/early"));
  const auto again = reopened(folder);
  ASSERT_TRUE(again->signals);
  EXPECT_EQ(again->signals->set.hash, set_.hash);
  EXPECT_EQ(again->signals->folder, folder / "signals");
  EXPECT_EQ(again->signals->use, (std::vector<std::string>{"residual"}));
  EXPECT_EQ(again->model->signal_head()->w2->master.min().item<float>(), 0.5F);
  EXPECT_EQ(nlohmann::json::parse(base::read_file(folder / "r2rank.json")).at("version"), 2);
}

TEST_F(ModelSignalsTest, AModelWithoutSignalsIsWrittenAsVersionOne) {
  const auto ranking = open();
  const base::Path folder = written(*ranking);
  EXPECT_EQ(nlohmann::json::parse(base::read_file(folder / "r2rank.json")).at("version"), 1);
  EXPECT_FALSE(fs::exists(folder / "signals"));
}

TEST_F(ModelSignalsTest, AHybridIsTrainedOnWithItsOwnSignalsOnly) {
  const base::Path folder = written(*hybrid());
  auto again = reopened(folder);
  expect_parts(refusal(*again, {}), {"was trained with the signals sasrec, tfidf", "--signals"});
  SignalConfig text = config_;
  text.use = {"text"};
  expect_parts(refusal(*again, text), {"signal_use = residual", "leave these settings out"});
  use_signals(config_, dataset_, split_, *again);
  EXPECT_EQ(again->signals->folder, signals_) << "the early rankers are there";
  set_.signals[0].weight = 2;
  rollout::save_signal_set(set_, signals_);
  expect_parts(refusal(*again, config_), {"other signals"});
}

TEST_F(ModelSignalsTest, ATrainedHybridDecidesHowSignalsAreUsed) {
  config_.hidden = 5;
  const base::Path folder = written(*hybrid());
  auto again = reopened(folder);
  SignalConfig usual;
  usual.folder = config_.folder;
  use_signals(usual, dataset_, split_, *again);
  EXPECT_EQ(usual.hidden, 5);
}

TEST_F(ModelSignalsTest, PromptAndUseGoTogether) {
  SignalConfig text = config_;
  text.use = {"text"};
  expect_parts(refusal(*open(), text), {"shows no signal", "{signal:sasrec}"});
  expect_parts(refusal(*open("{title} {signal:sasrec}"), config_), {"add text to --signal-use"});
  expect_parts(refusal(*open("{title} {signal:ease}"), text), {"{signal:ease}", "sasrec, tfidf"});
  expect_parts(refusal(*open("{title} {signal:ease}"), {}), {"there are no signals"});
  const auto shown = open("{title} {signal:tfidf}");
  use_signals(text, dataset_, split_, *shown);
  EXPECT_FALSE(shown->model->signal_head());
  EXPECT_TRUE(shown->signals);
}

TEST_F(ModelSignalsTest, TargetsThatEarlyRankersKnowAreRefused) {
  set_.withhold = 2;
  const auto says = [&](int64_t recent, int64_t history) {
    return error_of(base::ErrorKind::kUsage, [&] { check_signal_targets(set_, recent, history); });
  };
  EXPECT_NO_THROW(check_signal_targets(set_, 2, 3));
  EXPECT_NO_THROW(check_signal_targets(set_, 1, 5));
  expect_parts(says(6, 3), {"last 6 training events", "all but the last 2", "--withhold 6"});
  expect_parts(says(2, 1), {"min_history = 1", "raise it to 3"});
}

TEST_F(ModelSignalsTest, OthersRefuseAHybridModel) {
  const auto says = [&](const RankingModel& ranking) {
    return error_of(base::ErrorKind::kUsage, [&] { refuse_signals("sft", ranking); });
  };
  expect_parts(says(*hybrid()), {"[sft]", "signals"});
  expect_parts(says(*open("{title} {signal:ease}")), {"{signal:ease}"});
  EXPECT_NO_THROW(refuse_signals("sft", *open()));
}

TEST_F(ModelSignalsTest, SignalsThatChangeUnderARunAreNotSaved) {
  const auto ranking = hybrid();
  set_.valid_ndcg = 0.5;
  rollout::save_signal_set(set_, signals_);
  expect_parts(error_of(base::ErrorKind::kData, [&] { written(*ranking); }), {"was changed"});
}

TEST_F(ModelSignalsTest, DamagedFoldersAreRefused) {
  const base::Path folder = written(*hybrid());
  const auto refused = [&] { return error_of(base::ErrorKind::kData, [&] { reopened(folder); }); };
  const auto card = nlohmann::json::parse(base::read_file(folder / "r2rank.json"));
  const auto write_card = [&](const char* pointer, const nlohmann::json& value) {
    auto changed = card;
    changed[nlohmann::json::json_pointer(pointer)] = value;
    base::write_file(folder / "r2rank.json", changed.dump());
  };
  write_card("/signals/hidden", -1);
  expect_parts(refused(), {"hidden"});
  write_card("/signals/hidden", 7);
  expect_parts(refused(), {"signals.w1"});
  write_card("/signals/use", {"guess"});
  expect_parts(refused(), {"use"});
  write_card("/signals", "yes");
  expect_parts(refused(), {"signals"});
  write_card("/signals/hash", "other");
  expect_parts(refused(), {"signals.json", "hash"});
  base::write_file(folder / "r2rank.json", card.dump());
  base::write_file(folder / "signals/signals.json", "{");
  expect_parts(refused(), {"signals.json"});
}

}  // namespace
}  // namespace r2rank::learn
