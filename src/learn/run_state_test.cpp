#include "learn/run_state.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>

#include "learn/tiny_ranking_model.h"
#include "learn/train_config.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using nlohmann::json;

/// While it lives, this process writes no file longer than `bytes`: a disk that is full.
struct FileLimit {
  explicit FileLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before); }
  rlimit before{};
};

struct Trained {
  std::unique_ptr<RankingModel> ranking;
  AdamW optimizer;
  explicit Trained(const base::Path& folder, const std::string& tuning = "full")
      : ranking(testing::open_tiny(folder, tuning)),
        optimizer(ranking->model->parameters(), AdamWOptions()) {}
  std::vector<at::Tensor> moments() {
    std::vector<at::Tensor> all = optimizer.first_moments();
    all.insert(all.end(), optimizer.second_moments().begin(), optimizer.second_moments().end());
    return all;
  }
};

RunIdentity identity_of(const TrainConfig& config) {
  return {"train", configuration_of(config), "hash of the data", "hash of the split"};
}

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() {
    testing::write_tiny_base(base_);
    config_.model_options = testing::tiny_options();
  }
  void save(Trained& from, const RunState& state = {12, 96, 3.25, 2}) {
    save_checkpoint(run_, *from.ranking, from.optimizer, nullptr, state, identity_of(config_));
  }
  RunState load(Trained& into, const TrainConfig& config) {
    return load_checkpoint(run_, into.optimizer, nullptr, identity_of(config));
  }
  std::string refusal(const TrainConfig& config, base::ErrorKind kind = base::ErrorKind::kData) {
    Trained fresh(base_);
    return error_of(kind, [&] { load(fresh, config); });
  }

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base", run_ = folder_.path() / "run", saved_ = run_ / "checkpoint";
  TrainConfig config_;
};

TEST_F(Checkpoint, GivesCountersAndMomentsBackBitForBit) {
  Trained trained(base_), fresh(base_);
  trained.optimizer.restore(10);
  int place = 0;
  for (at::Tensor& moment : trained.moments())
    moment.copy_(model::golden::formula(std::to_string(place++), moment.sizes().vec()).abs());
  save(trained);
  const RunState found = load(fresh, config_);
  EXPECT_EQ(found.step, 12);
  EXPECT_EQ(found.slates, 96);
  EXPECT_EQ(found.seconds, 3.25);
  EXPECT_EQ(found.nonfinite_steps, 2);
  EXPECT_EQ(fresh.optimizer.steps(), 10);
  const auto moments = fresh.moments(), expected = trained.moments();
  ASSERT_EQ(moments.size(), expected.size());
  for (size_t i = 0; i < moments.size(); ++i) EXPECT_TRUE(moments[i].equal(expected[i])) << i;
}

TEST_F(Checkpoint, KeepsTheGateOfTheLastMeasurementAndWritesItOnTheModelsCard) {
  Trained trained(base_), fresh(base_);
  RunState state{12, 96, 3.25, 2};
  state.gate = ReasonGate{0.75, 0.5, 0.5, 0.4, 0.6, 40};
  save(trained, state);
  const RunState found = load(fresh, config_);
  ASSERT_TRUE(found.gate);
  EXPECT_EQ(found.gate->least_doubt, 0.75);
  EXPECT_EQ(found.gate->share, 0.5);
  EXPECT_EQ(found.gate->gated, 0.6);
  EXPECT_EQ(found.gate->slates, 40);
  EXPECT_EQ(json::parse(training_text(state, identity_of(config_))).at("reason_gate").at("least_doubt"),
            0.75);
  EXPECT_FALSE(json::parse(training_text({}, identity_of(config_))).contains("reason_gate"));
}

TEST_F(Checkpoint, OfAnOlderVersionKnowsWhereItsSlatesEndAndCanBeWrittenAgain) {
  Trained trained(base_), fresh(base_), again(base_);
  RunState state{12, 96, 3.25, 2};
  state.next_slate = 496;
  state.measured = 3;
  save(trained, state);
  EXPECT_EQ(load(fresh, config_).next_slate, 496);
  EXPECT_EQ(load(fresh, config_).measured, 3);
  const base::Path path = saved_ / "state.json";
  json older = json::parse(base::read_file(path));
  older.erase("next_slate");
  older.erase("measured");
  base::write_file(path, older.dump());
  RunState found = load(fresh, config_);
  EXPECT_EQ(found.next_slate, 96);
  EXPECT_EQ(found.measured, RunState::kUnknown);
  save(fresh, found);  // as sft does, which counts no measurements
  EXPECT_EQ(load(again, config_).step, 12);
}

TEST_F(Checkpoint, IsThereOnceItIsWholeAndIsAModelToo) {
  EXPECT_FALSE(has_checkpoint(run_));
  std::filesystem::create_directories(saved_);
  EXPECT_FALSE(has_checkpoint(run_));
  Trained trained(base_);
  save(trained);
  EXPECT_TRUE(has_checkpoint(run_));
  EXPECT_EQ(checkpoint_dtype(run_, "train"), "f32");
  EXPECT_EQ(json::parse(testing::open_tiny(run_)->training).at("step"), 12);
}

TEST_F(Checkpoint, StaysAsItWasWhenTheNextOneCannotBeWritten) {
  Trained trained(base_), fresh(base_);
  save(trained);
  {
    const FileLimit limit(std::filesystem::file_size(saved_ / "optimizer.safetensors") - 1);
    expect_parts(error_of(base::ErrorKind::kIo, [&] { save(trained, {24, 192, 6.5, 2}); }),
                 {"optimizer.safetensors"});
  }
  EXPECT_EQ(load(fresh, config_).step, 12);
  for (const auto& entry : std::filesystem::directory_iterator(run_)) EXPECT_EQ(entry.path(), saved_);
}

TEST_F(Checkpoint, IsResumedOnlyWithSettingsThatChangeNoStep) {
  Trained trained(base_), fresh(base_);
  save(trained);
  TrainConfig other = config_;
  other.model = other.dataset = other.split = "moved";
  other.steps = other.nonfinite_limit = 1000;
  other.minutes = other.checkpoint_minutes = 90;
  other.model_options.device = "cuda";
  EXPECT_EQ(load(fresh, other).step, 12);
  other.model_options.seed = 8;
  expect_parts(refusal(other, base::ErrorKind::kUsage), {"seed = 7", "has 8", "--output"});
  other = config_;
  other.model_options.lora_targets = {"q_proj"};
  expect_parts(refusal(other, base::ErrorKind::kUsage), {"lora_targets", "has [\"q_proj\"]"});
}

TEST_F(Checkpoint, IsResumedOnlyWithTheModelThatWritesOrIsKeptNearby) {
  for (const bool writes : {true, false}) {
    config_.kl = writes ? 0 : 0.1;
    config_.rationale_source = writes ? "start" : "policy";
    Trained trained(base_);
    save(trained);
    TrainConfig other = config_;
    other.model = "moved";
    expect_parts(refusal(other, base::ErrorKind::kUsage), {"model = ", "has \"moved\""});
  }
}

TEST_F(Checkpoint, OfAVersionThatDrewOtherNegativesIsResumedWithAWarning) {
  Trained trained(base_), fresh(base_);
  save(trained);
  json state = json::parse(base::read_file(saved_ / "state.json"));
  EXPECT_EQ(state.at("draws"), data::TrainingSlates::kDraws);
  const auto warning = [&] {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(load(fresh, config_).step, 12);
    return ::testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(warning(), "");
  state["draws"] = 2;
  base::write_file(saved_ / "state.json", state.dump());
  EXPECT_NE(warning().find("drew training slates otherwise"), std::string::npos);
  state.erase("draws");
  base::write_file(saved_ / "state.json", state.dump());
  EXPECT_NE(warning().find("drew training slates otherwise"), std::string::npos);
  state["draws"] = "two";
  base::write_file(saved_ / "state.json", state.dump());
  expect_parts(refusal(config_), {"state.json", "damaged", "draws"});
}

TEST_F(Checkpoint, WithoutAFieldOrWithAnotherTypeOfOneIsDamaged) {
  Trained trained(base_);
  save(trained);
  const json good = json::parse(base::read_file(saved_ / "state.json"));
  for (const char* key : {"step", "optimizer_steps", "slates", "seconds", "nonfinite_steps", "configuration",
                          "format", "version", "dataset_hash"}) {
    json changed = good;
    changed.erase(key);
    base::write_file(saved_ / "state.json", changed.dump());
    expect_parts(refusal(config_), {"state.json", "damaged", key});
    changed[key] = json::array({"many"});
    base::write_file(saved_ / "state.json", changed.dump());
    EXPECT_THROW(load(trained, config_), base::Error) << key;
  }
}

TEST_F(Checkpoint, WithValuesThatNoRunLeavesIsDamaged) {
  Trained trained(base_);
  save(trained);
  const json good = json::parse(base::read_file(saved_ / "state.json"));
  const auto with = [&](const char* key, const json& value) {
    json changed = good;
    changed[key] = value;
    base::write_file(saved_ / "state.json", changed.dump());
  };
  for (const json& value : {json(-1), json(INT64_MAX), json(1.5), json(true)}) {
    with("step", value);
    expect_parts(refusal(config_), {"state.json", "damaged", "step"});
  }
  for (const json& value : {json(-1e300), json(true), json("1")}) {
    with("seconds", value);
    expect_parts(refusal(config_), {"state.json", "damaged", "seconds"});
  }
  with("reason_gate", {{"least_doubt", 3}, {"share", 0}});
  expect_parts(refusal(config_), {"state.json", "damaged", "least_doubt", "gate"});
  with("reason_gate", 7);
  expect_parts(refusal(config_), {"state.json", "damaged"});
  with("dtype", "f64");
  expect_parts(error_of(base::ErrorKind::kData, [&] { checkpoint_dtype(run_, "train"); }),
               {"dtype", "expected bf16 or f32"});
}

TEST_F(Checkpoint, WithMomentsThatNoOptimiserMakesIsDamaged) {
  for (const float value : {NAN, INFINITY, -1.0F}) {
    Trained trained(base_);
    trained.optimizer.second_moments().back().fill_(value);
    save(trained);
    expect_parts(refusal(config_), {"optimizer.safetensors", "damaged", "second"});
    std::filesystem::remove_all(run_);
  }
}

TEST_F(Checkpoint, OfDeepNestingIsRefusedWithoutACrash) {
  Trained trained(base_);
  save(trained);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string good = json::parse(base::read_file(saved_ / "state.json")).dump();
  for (const std::string field : {"\"step\":", "\"dtype\":"}) {
    std::string text = good;
    text.insert(text.find(field) + field.size(), deep + ",\"x\":");
    base::write_file(saved_ / "state.json", text);
    expect_parts(refusal(config_), {"state.json", "64 levels"});
    expect_parts(error_of(base::ErrorKind::kData, [&] { checkpoint_dtype(run_, "train"); }),
                 {"state.json", "64 levels"});
  }
}

TEST_F(Checkpoint, OfANewerVersionOrAnotherFormatIsRefused) {
  Trained trained(base_);
  save(trained);
  json changed = json::parse(base::read_file(saved_ / "state.json"));
  changed["version"] = 2;
  base::write_file(saved_ / "state.json", changed.dump());
  expect_parts(refusal(config_), {"version 1 or older", "state.json", "found 2", "newer r2rank"});
  changed["format"] = "r2rank-model";
  base::write_file(saved_ / "state.json", changed.dump());
  expect_parts(refusal(config_), {"\"r2rank-checkpoint\" as 'format'", "found \"r2rank-model\""});
}

TEST_F(Checkpoint, WithMomentsOfAnotherModelOrNoneIsRefused) {
  Trained trained(base_), head(base_, "head");
  save(trained);
  expect_parts(error_of(base::ErrorKind::kData, [&] { load(head, config_); }),
               {"expected first.00000 of shape", "optimizer.safetensors", "another model"});
  std::filesystem::remove(saved_ / "optimizer.safetensors");
  EXPECT_THROW(load(trained, config_), base::Error);
}

}  // namespace
}  // namespace r2rank::learn
