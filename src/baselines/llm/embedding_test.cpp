#include "baselines/llm/embedding.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "baselines/llm/small_llm.h"

namespace r2rank::baselines {
namespace {

using testing::ignore_progress;

class Embedding : public testing::SmallLlm {
 protected:
  static EmbeddingOptions options() {
    EmbeddingOptions options;
    options.prompt = short_prompt();
    options.item_start = "Item:\n";
    return options;
  }
  EmbeddingScorer embedding(const std::string& tuning = "full") const {
    return {"embedding", open(tuning), data(), options(), quick_tuning(), 7};
  }

  /// The unit mean of the states of `text` after `start`, from one run of tokens; by plain sums.
  static std::vector<double> embed(const learn::RankingModel& model, const std::string& start,
                                   const std::string& text) {
    const at::NoGradGuard no_grad;
    auto tokens = model.tokenizer->encode(start, false);
    const auto first = static_cast<int64_t>(tokens.size());
    const auto more = model.tokenizer->encode(text, false);
    tokens.insert(tokens.end(), more.begin(), more.end());
    model::TokenTree tree;
    tree.add(model::TokenTree::kRoot, tokens);
    const auto& transformer = model.model->transformer();
    const at::Tensor states = transformer.states(transformer.plan(tree), false);
    std::vector<double> mean(states.size(1), 0.0);
    double squares = 0;
    for (size_t d = 0; d < mean.size(); ++d) {
      for (int64_t t = first; t < states.size(0); ++t)
        mean[d] += states[t][static_cast<int64_t>(d)].item<double>();
      squares += mean[d] * mean[d];
    }
    for (double& value : mean) value /= std::sqrt(squares);
    return mean;
  }
};

TEST_F(Embedding, EmbeddingScoresAreCosinesOfMeanStates) {
  auto scorer = embedding("frozen");
  const ListPrompts prompts(data(), short_prompt());
  const std::string history = prompts.history(slate());
  const auto user = embed(scorer.model(), "Chosen:\n", history.substr(8));
  const auto scores = scorer.score(slate());
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto item =
        embed(scorer.model(), "Item:\n", "- " + prompts.item_text(slate().candidates[i], false) + "\n");
    double cosine = 0;
    for (size_t d = 0; d < user.size(); ++d) cosine += user[d] * item[d];
    EXPECT_NEAR(scores[i], cosine, 1e-5) << i;
  }
}

TEST_F(Embedding, ItemsAreEmbeddedOnceForEachVersionOfTheWeights) {
  auto scorer = embedding();
  const auto before = scorer.score(slate());
  const int64_t first = scorer.tokens();
  EXPECT_EQ(scorer.score(slate()), before);
  EXPECT_LT(scorer.tokens() - first, first);  // the history alone
  scorer.train_epoch(0, ignore_progress);
  EXPECT_NE(scorer.score(slate()), before);
}

TEST_F(Embedding, ADualEncoderFitsTheTargetsItSees) {
  TuningOptions few = quick_tuning();
  few.slates_per_epoch = 4;
  few.schedule_steps = 1000;
  EmbeddingScorer scorer("dual encoder", open(), data(), options(), few, 7);
  const double before = scorer.train_epoch(0, ignore_progress).loss;
  double after = before;
  for (int repeat = 0; repeat < 60; ++repeat) after = scorer.train_epoch(0, ignore_progress).loss;
  EXPECT_LT(after, 0.5 * before);
}

TEST_F(Embedding, EqualTargetsOfOneStepAreNoNegativesOfEachOther) {
  // Of B equal targets none is told from another: each softmax is over one item, and there is nothing to
  // lose.
  class Open : public EmbeddingScorer {
   public:
    using EmbeddingScorer::accumulate;
    using EmbeddingScorer::EmbeddingScorer;
  };
  Open scorer("dual encoder", open(), data(), options(), quick_tuning(), 7);
  const std::vector<data::Slate> same(3, slate());
  EXPECT_NEAR(scorer.accumulate(same, 3), 0, 1e-6);
}

}  // namespace
}  // namespace r2rank::baselines
