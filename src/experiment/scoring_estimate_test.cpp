#include "experiment/scoring_estimate.h"

#include <gtest/gtest.h>

#include "baselines/llm/llm_scorer.h"
#include "baselines/llm/silent.h"
#include "baselines/llm/small_llm.h"
#include "baselines/llm/tuned_scorer.h"
#include "experiment/combined_scorer.h"

namespace r2rank::experiment {
namespace {

class Estimate : public baselines::testing::SmallLlm {};

/// Counts nothing and has no model, as a scorer without a language model.
class Plain : public baselines::Scorer {
 public:
  std::string name() const override { return "plain"; }
  std::vector<double> score(const data::Slate& slate) override {
    return std::vector<double>(slate.candidates.size());
  }
};

class Asking : public Plain, public baselines::LlmScorer {
 public:
  baselines::LlmWork work(std::span<const data::Slate> slates) const override {
    return {static_cast<int64_t>(slates.size()), 20, 100, 5};
  }
  const model::LanguageModel* language_model() const override { return nullptr; }
};

TEST_F(Estimate, IsEmptyWithoutALanguageModel) {
  Plain plain;
  EXPECT_EQ(describe_work(plain, split_.test.slates), "");
}

TEST_F(Estimate, OfAServerCountsRequests) {
  Asking asking;
  EXPECT_EQ(describe_work(asking, std::span(split_.test.slates).first(2)),
            "about 40 requests: 2 slates, 210 tokens at most");
}

TEST_F(Estimate, OfACombinationIsThatOfEachPartThatHasOne) {
  std::vector<std::unique_ptr<baselines::Scorer>> parts;
  parts.push_back(std::make_unique<Plain>());
  parts.push_back(std::make_unique<Asking>());
  const CombinedScorer combined(
      "all", {.method = "blend", .blend = {{"popularity", "asked"}, {0.5, 0.5}}, .trees = {}},
      std::move(parts), data());
  EXPECT_EQ(describe_work(combined, std::span(split_.test.slates).first(2)),
            "asked: about 40 requests: 2 slates, 210 tokens at most");
}

TEST_F(Estimate, OfAModelHereIsATime) {
  baselines::UntrainedScorer scorer(std::make_unique<baselines::SilentScorer>(
      "verdict", open("frozen"), data(), baselines::SilentOptions{}, baselines::TuningOptions{}, 7));
  const std::string text = describe_work(scorer, std::span(split_.test.slates).first(3));
  EXPECT_TRUE(text.starts_with("about ")) << text;
  EXPECT_NE(text.find(" s: 3 slates, "), std::string::npos) << text;
}

}  // namespace
}  // namespace r2rank::experiment
