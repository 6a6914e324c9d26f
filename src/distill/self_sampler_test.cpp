#include "distill/self_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "learn/tiny_ranking_model.h"
#include "ranking/expected_ndcg.h"

namespace r2rank::distill {
namespace {

using data::testing::error_of;
using data::testing::TemporaryFolder;

class SelfSamplerTest : public ::testing::Test {
 protected:
  SelfSamplerTest() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
    disturb();
    config_.source = "self";
    config_.samples = 3;
    config_.negative_count = 4;
    config_.temperature = 1;
    config_.self.rationale_tokens = 6;
    config_.resolve();
    asked_ = draw_pairs(data::TrainingSlates(dataset_, split_, config_.slates()), 10, 1);
  }

  /// The readout's head starts at zero: with values in it rationales change scores visibly.
  void disturb() const {
    at::NoGradGuard no_grad;
    for (auto& parameter : model_->model->parameters().all())
      if (parameter.name().starts_with("readout"))
        parameter.master.add_(model::golden::formula(parameter.name(), parameter.master.sizes().vec(), 0.5));
    model_->model->parameters().publish();
  }

  static bool never(const Draft&) { return false; }
  static void nothing(int64_t) {}

  std::vector<Draft> sample(remote::AnswerCache& kept,
                            const std::function<bool(const Draft&)>& good = never) const {
    SelfSampler sampler(*model_, dataset_, split_, config_, kept, "tiny");
    return sampler.sample(asked_, good, nothing);
  }

  TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  std::unique_ptr<learn::RankingModel> model_;
  DistillConfig config_;
  AskedPairs asked_;
};

TEST_F(SelfSamplerTest, SamplesEachPairInEachRoundWhileNothingIsGood) {
  remote::AnswerCache kept("");
  const auto drafts = sample(kept);
  ASSERT_EQ(drafts.size(), 2U * 10 * 3);
  EXPECT_EQ(drafts.front().round, 1);
  EXPECT_EQ(drafts.back().round, 2);
  EXPECT_NE(drafts[0].text, drafts[30].text);  // other random numbers
}

TEST_F(SelfSamplerTest, SamplesAgainOnlyWhatHasNothingGood) {
  remote::AnswerCache kept("");
  const auto drafts = sample(kept, [](const Draft& draft) { return draft.pair != 3; });
  std::vector<size_t> second;
  for (const auto& draft : drafts)
    if (draft.round == 2) second.push_back(draft.pair);
  EXPECT_EQ(second, (std::vector<size_t>{3, 3, 3}));
}

TEST_F(SelfSamplerTest, GainIsTheUtilityOfTheRationalesScoreAgainstTheSilentOne) {
  config_.samples = 1;
  config_.self.rounds = 1;
  remote::AnswerCache kept("");
  const auto drafts = sample(kept);
  const rollout::SlatePrompts prompts(dataset_, split_, *model_->prompts);
  bool some = false;
  for (const auto& draft : drafts) {
    const AskedPair& pair = asked_.pairs[draft.pair];
    const data::Slate& slate = asked_.slate_of(pair);
    const auto prepared = prompts.prepare(slate, true);
    const rollout::PreparedSlate* pointer = &prepared;
    const auto silent = prepared.in_slate_order(model_->reasoner->silent_scores({&pointer, 1}).front());
    rollout::SamplingOptions options{.rationales = 1, .max_tokens = 6, .temperature = 1};
    options.seed = base::mix({7, 1});
    const auto rollout = model_->reasoner->reason({&pointer, 1}, options, true).front();
    const auto reasoned = prepared.in_slate_order(rollout.mean_scores());
    // The other asked item of the slate stands at its reasoned score, the rest at their silent ones.
    std::vector<double> scores = silent;
    size_t target = 0, own = 0;
    for (size_t i = 0; i < scores.size(); ++i) {
      if (slate.relevance[i] > 0) target = i;
      if (slate.candidates[i] == pair.item) own = i;
      for (const auto& other : asked_.pairs)
        if (other.slate == pair.slate && other.item == slate.candidates[i]) scores[i] = reasoned[i];
    }
    const auto utility = [&](double value) {
      scores[own] = value;
      std::vector<float> relevance(scores.size(), 0.0F);
      relevance[target] = 1;
      return ranking::expected_ndcg(scores, relevance, 10, 1.0);
    };
    const double expected = utility(reasoned[own]) - utility(silent[own]);
    EXPECT_NEAR(*draft.gain, expected, 2e-4) << draft.pair;
    some = some || std::abs(expected) > 1e-3;
  }
  EXPECT_TRUE(some);
}

TEST_F(SelfSamplerTest, MustGainWhereUtilityDecides) {
  config_.self.min_gain = 0.01;
  remote::AnswerCache kept("");
  for (const auto& draft : sample(kept)) EXPECT_EQ(draft.gains, *draft.gain >= 0.01);
  config_.self.keep = "label";
  for (const auto& draft : sample(kept)) EXPECT_TRUE(draft.gains);
}

TEST_F(SelfSamplerTest, ConcludesNothingFromAScoreThatIsNoNumber) {
  const base::Path path = folder_.path() / "samples.jsonl";
  {
    remote::AnswerCache written(path);
    sample(written);
  }
  // What is no number is null in the file.
  const std::string text = base::read_file(path);
  base::write_file(path,
                   std::regex_replace(text, std::regex(R"((\\"(score|gain)\\":)[-+.e0-9]+)"), "$1null"));
  remote::AnswerCache kept(path);
  const int64_t size = kept.size();
  for (const auto& draft : sample(kept)) {
    EXPECT_EQ(draft.verdict, Verdict::kMissing);
    EXPECT_FALSE(draft.gain);
    EXPECT_FALSE(draft.gains);
  }
  EXPECT_EQ(kept.size(), size);
}

TEST_F(SelfSamplerTest, TakesFromDiskWhatWasSampledBefore) {
  const base::Path path = folder_.path() / "samples.jsonl";
  std::vector<Draft> first;
  {
    remote::AnswerCache kept(path);
    first = sample(kept);
  }
  remote::AnswerCache kept(path);
  const int64_t size = kept.size();
  SelfSampler sampler(*model_, dataset_, split_, config_, kept, "tiny");
  const auto again = sampler.sample(asked_, never, nothing);
  EXPECT_EQ(kept.size(), size);
  EXPECT_EQ(sampler.slates_from_disk(), size);
  EXPECT_GT(sampler.tokens_written(), 0);
  ASSERT_EQ(again.size(), first.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(again[i].text, first[i].text);
    EXPECT_EQ(again[i].gain, first[i].gain);
  }
  // Another model is another key.
  SelfSampler other(*model_, dataset_, split_, config_, kept, "other");
  other.sample(asked_, never, nothing);
  EXPECT_EQ(kept.size(), 2 * size);
}

TEST_F(SelfSamplerTest, RefusesAFileOfOtherThings) {
  remote::AnswerCache kept("");
  sample(kept);
  const base::Path path = folder_.path() / "samples.jsonl";
  {
    remote::AnswerCache written(path);
    sample(written);
  }
  std::string text = base::read_file(path);
  for (size_t at = text.find("\\\"score\\\""); at != std::string::npos; at = text.find("\\\"score\\\"", at))
    text.replace(at, 9, "\\\"store\\\"");
  base::write_file(path, text);
  remote::AnswerCache damaged(path);
  data::testing::expect_parts(error_of(base::ErrorKind::kData, [&] { sample(damaged); }), {"answer_cache"});
}

}  // namespace
}  // namespace r2rank::distill
