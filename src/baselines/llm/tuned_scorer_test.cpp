#include "baselines/llm/tuned_scorer.h"

#include "baselines/llm/silent.h"
#include "baselines/llm/small_llm.h"

namespace r2rank::baselines {
namespace {

using testing::ignore_progress;

class TunedScorers : public testing::SmallLlm {
 protected:
  SilentScorer silent(const std::string& objective) const {
    SilentOptions options;
    options.list_objective = objective;
    return {"silent", open(), data(), options, quick_tuning(), 7};
  }
};

TEST_F(TunedScorers, AdvanceIsToldEverySlateOfAnEpoch) {
  auto scorer = silent("pointwise");
  int64_t told = 0;
  EXPECT_EQ(scorer.train_epoch(0, [&](int64_t count) { told += count; }).targets, 16);
  EXPECT_EQ(told, scorer.targets_per_epoch());
}

TEST_F(TunedScorers, UntrainedOnesAreNoTrainablesButTellTheirWork) {
  UntrainedScorer scorer(
      std::make_unique<SilentScorer>("verdict", open("frozen"), data(), SilentOptions{}, TuningOptions{}, 7));
  EXPECT_EQ(dynamic_cast<Trainable*>(static_cast<Scorer*>(&scorer)), nullptr);
  const auto work = scorer.work(std::span(split_.test.slates).first(1));
  EXPECT_EQ(work.slates, 1);
  EXPECT_GT(work.read_per_slate, 0);
  scorer.score(slate());
  EXPECT_EQ(scorer.tokens(), work.tokens());
  EXPECT_NE(scorer.language_model(), nullptr);
}

}  // namespace
}  // namespace r2rank::baselines
