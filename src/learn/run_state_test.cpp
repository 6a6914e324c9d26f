#include "learn/run_state.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "learn/tiny_ranking_model.h"

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

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() {
    testing::write_tiny_base(base_);
    config_.model_options = testing::tiny_options();
  }
  void save(Trained& from, const RunState& state = {12, 96, 3.25, 2}) {
    save_checkpoint(run_, *from.ranking, from.optimizer, state, config_, "hash of the data",
                    "hash of the split");
  }
  RunState load(Trained& into, const TrainConfig& config) {
    return load_checkpoint(run_, into.optimizer, config, "hash of the data", "hash of the split");
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
    moment.copy_(model::golden::formula(std::to_string(place++), moment.sizes().vec()));
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

TEST_F(Checkpoint, IsThereOnceItIsWholeAndIsAModelToo) {
  EXPECT_FALSE(has_checkpoint(run_));
  std::filesystem::create_directories(saved_);
  EXPECT_FALSE(has_checkpoint(run_));
  Trained trained(base_);
  save(trained);
  EXPECT_TRUE(has_checkpoint(run_));
  EXPECT_EQ(checkpoint_dtype(run_), "f32");
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

TEST_F(Checkpoint, WithMomentsOfAnotherModelOrNoneIsRefused) {
  Trained trained(base_), head(base_, "head");
  save(trained);
  expect_parts(error_of(base::ErrorKind::kData, [&] { load(head, config_); }),
               {"optimizer.safetensors", "does not fit this model"});
  std::filesystem::remove(saved_ / "optimizer.safetensors");
  EXPECT_THROW(load(trained, config_), base::Error);
}

}  // namespace
}  // namespace r2rank::learn
