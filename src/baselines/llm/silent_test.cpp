#include "baselines/llm/silent.h"

#include <cmath>

#include "baselines/llm/small_llm.h"

namespace r2rank::baselines {
namespace {

using testing::ignore_progress;

class Silent : public testing::SmallLlm {
 protected:
  SilentScorer silent(const std::string& objective, const TuningOptions& tuning = quick_tuning()) const {
    SilentOptions options;
    options.list_objective = objective;
    return {"silent", open(), data(), options, tuning, 7};
  }
};

TEST_F(Silent, PointwiseLossIsTheBinaryCrossEntropyOfTheVerdicts) {
  auto scorer = silent("pointwise");
  const data::TrainingSlates drawn(dataset_, split_, {3, 6, 3, "uniform", 7});
  double expected = 0;
  for (int64_t n = 0; n < 4; ++n) {  // the first step's, before any change of the weights
    const auto one = drawn.draw(n);
    const rollout::SlatePrompts prompts(dataset_, split_, *scorer.model().prompts);
    const auto prepared = prompts.prepare(one, true);
    const rollout::PreparedSlate* pointer = &prepared;
    const auto scores = scorer.model().reasoner->silent_scores({&pointer, 1}).front();
    double sum = 0;
    for (size_t i = 0; i < scores.size(); ++i)
      sum += std::log1p(std::exp(prepared.relevance[i] > 0 ? -scores[i] : scores[i]));
    expected += sum / static_cast<double>(scores.size()) / 4;
  }
  TuningOptions one_step = quick_tuning();
  one_step.slates_per_epoch = 4;
  auto short_epoch = silent("pointwise", one_step);
  EXPECT_NEAR(short_epoch.train_epoch(0, ignore_progress).loss, expected, 1e-4);
}

TEST_F(Silent, SilentTrainingLearnsWhatTheUsersChoose) {
  for (const char* objective : {"pointwise", "cross-entropy"}) {
    auto scorer = silent(objective);
    const double before = scorer.train_epoch(0, ignore_progress).loss;
    double after = 0;
    for (int64_t epoch = 1; epoch < 20; ++epoch) after = scorer.train_epoch(epoch, ignore_progress).loss;
    EXPECT_LT(after, 0.7 * before) << objective;
    EXPECT_GT(hit_rate(scorer), 0.6)
        << objective << ": chance is a quarter, and negatives may share the colour";
  }
}

}  // namespace
}  // namespace r2rank::baselines
