#include "experiment/trained_method.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "baselines/llm/llm_scorer.h"
#include "experiment/methods.h"
#include "learn/tiny_ranking_model.h"

namespace r2rank::experiment {
namespace {

class TrainedModel : public ::testing::Test {
 protected:
  TrainedModel() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
    write("run", "{}");
  }

  void write(const std::string& run, const std::string& training) {
    const base::Path folder = folder_.path() / run / "model";
    std::filesystem::create_directories(folder);
    learn::write_ranking_model(*model_, folder, training);
  }

  std::unique_ptr<baselines::Scorer> make(baselines::SettingValues settings, uint64_t seed = 7) {
    const auto method = make_method("trained-model");
    settings.emplace_back("dtype", "f32");
    set_settings(*method, settings);
    return method->make({dataset_, split_}, seed);
  }
  std::string path(const std::string& name = "run") const { return (folder_.path() / name).string(); }

  std::vector<double> evaluated(ReasoningOptions options) const {
    return RankingScorer("model", *model_, dataset_, split_, options).score(split_.test.slates[1]);
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  std::unique_ptr<learn::RankingModel> model_;
};

TEST_F(TrainedModel, ScoresAsAnEvaluationDoes) {
  EXPECT_EQ(make({{"model", path()}})->score(split_.test.slates[1]), evaluated({}));
  ReasoningOptions reasoning;
  reasoning.rationales = 2;
  reasoning.rationale_tokens = 4;
  reasoning.seed = 5;
  const baselines::SettingValues settings = {
      {"model", path()}, {"rationales", "2"}, {"rationale_tokens", "4"}};
  EXPECT_EQ(make(settings, 5)->score(split_.test.slates[1]), evaluated(reasoning));
  EXPECT_NE(make(settings, 6)->score(split_.test.slates[1]), evaluated(reasoning));
}

TEST_F(TrainedModel, TellsItsWork) {
  const auto scorer = make({{"model", path()}});
  const auto* llm = dynamic_cast<const baselines::LlmScorer*>(scorer.get());
  ASSERT_NE(llm, nullptr);
  const auto work = llm->work(split_.test.slates);
  EXPECT_EQ(work.slates, static_cast<int64_t>(split_.test.slates.size()));
  EXPECT_GT(work.read_per_slate, 10);
  EXPECT_EQ(work.written_per_slate, 0);
  const auto writing = make({{"model", path()}, {"rationales", "1"}, {"rationale_tokens", "4"}});
  EXPECT_EQ(
      dynamic_cast<const baselines::LlmScorer*>(writing.get())->work(split_.test.slates).written_per_slate,
      5 * 4);
}

TEST_F(TrainedModel, IsAskedAsItWasTrainedToReason) {
  write("reasons", R"({"configuration": {"stage": "rl", "rationale_tokens": 3, "temperature": 0.5}})");
  ReasoningOptions reasoning;
  reasoning.rationales = 1;
  reasoning.rationale_tokens = 3;
  reasoning.temperature = 0.5;
  EXPECT_EQ(make({{"model", path("reasons")}, {"rationales", "1"}})->score(split_.test.slates[1]),
            evaluated(reasoning));
}

TEST_F(TrainedModel, IsRefusedWhereItIsNone) {
  EXPECT_THROW(make({}), base::Error);
  try {
    make({{"model", path("base")}});
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("llm-verdict"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace r2rank::experiment
