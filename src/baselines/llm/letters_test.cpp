#include "baselines/llm/letters.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "baselines/llm/small_llm.h"
#include "model/golden_models.h"
#include "model/token_logprob.h"

namespace r2rank::baselines {
namespace {

using data::testing::error_of;
using testing::ignore_progress;

class Open : public LetterScorer {
 public:
  using LetterScorer::accumulate;
  using LetterScorer::LetterScorer;
  model::LanguageModel& weights() { return *model_->model; }
};

class Letters : public testing::SmallLlm {
 protected:
  LetterOptions options() const {
    LetterOptions letters;
    letters.prompt = short_prompt();
    letters.question = "Which?";
    return letters;
  }
  Open scorer(const std::string& tuning = "full") const { return scorer(tuning, options()); }
  Open scorer(const std::string& tuning, LetterOptions letters) const {
    return {"letters", open(tuning), data(), std::move(letters), quick_tuning(), 7};
  }

  /// Log-probabilities of the letters in one order, from the whole text as one run of tokens and a softmax
  /// over the K logits of "A", "B", ...
  std::vector<double> by_hand(const learn::RankingModel& model, const data::Slate& one,
                              int64_t shuffle) const {
    return by_hand(model, one, shown_order(one, dataset_, 7, shuffle));
  }
  std::vector<double> by_hand(const learn::RankingModel& model, const data::Slate& one,
                              const std::vector<int32_t>& order) const {
    const at::NoGradGuard no_grad;
    const ListPrompts prompts(data(), short_prompt());
    const auto labels = make_labels(ListLabels::kLetters, static_cast<int64_t>(order.size()));
    std::vector<int32_t> tokens;
    const auto add = [&](const std::string& text, bool special) {
      const auto more = model.tokenizer->encode(text, special);
      tokens.insert(tokens.end(), more.begin(), more.end());
    };
    add("<|im_start|>user\n", true);
    add(prompts.history(one) + "\nCandidates:\n" + prompts.candidates(one, order, labels) + "Which?", false);
    add("<|im_end|>\n<|im_start|>assistant\n", true);
    add("Answer:", false);
    model::TokenTree tree;
    tree.add(model::TokenTree::kRoot, tokens);
    const auto& transformer = model.model->transformer();
    const at::Tensor logits =
        model::token_logits(transformer.states(transformer.plan(tree), false).slice(0, -1),
                            *transformer.output_table);  // [1, V]
    double total = 0;
    const auto letter = [&](size_t place) {
      return logits[0]['A' + static_cast<int64_t>(place)].item<double>();
    };
    for (size_t place = 0; place < order.size(); ++place) total += std::exp(letter(place));
    std::vector<double> scores(order.size());
    for (size_t place = 0; place < order.size(); ++place)
      scores[order[place]] = letter(place) - std::log(total);
    return scores;
  }
};

TEST_F(Letters, ScoresAreLogProbabilitiesOfTheLettersAveragedOverShuffles) {
  LetterOptions letters = options();
  letters.shuffles = 3;
  auto model = scorer("frozen", letters);
  const auto together = model.score_batch(std::span(split_.test.slates).first(2));
  for (size_t b = 0; b < 2; ++b) {
    std::vector<double> expected(slate(b).candidates.size(), 0.0);
    for (int64_t shuffle = 0; shuffle < 3; ++shuffle) {
      const auto own = by_hand(model.model(), slate(b), shuffle);
      for (size_t i = 0; i < own.size(); ++i) expected[i] += own[i] / 3;
    }
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(together[b][i], expected[i], 1e-4) << b << " " << i;
  }
  EXPECT_GT(model.tokens(), 0);
}

TEST_F(Letters, TheGivenOrderIsTheOneShownAtEvaluationAndNotInTraining) {
  LetterOptions letters = options();
  letters.shown_order = "given";
  auto given = scorer("full", letters), random = scorer();
  const auto scores = given.score(slate());
  std::vector<int32_t> own(scores.size());
  std::iota(own.begin(), own.end(), 0);
  const auto expected = by_hand(given.model(), slate(), own);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(scores[i], expected[i], 1e-4) << i;
  const auto slates = std::span(split_.test.slates).first(2);
  EXPECT_EQ(given.accumulate(slates, 2), random.accumulate(slates, 2));
  letters.shuffles = 2;
  data::testing::expect_parts(error_of(base::ErrorKind::kUsage, [&] { scorer("full", letters); }),
                              {"shuffles", "shown_order = given"});
}

TEST_F(Letters, TheGradientIsThatOfTheCrossEntropy) {
  auto model = scorer();
  const auto slates = std::span(split_.test.slates).first(2);
  double expected_loss = 0;
  for (const auto& one : slates)
    for (size_t i = 0; i < one.candidates.size(); ++i)
      expected_loss -= one.relevance[i] * by_hand(model.model(), one, 0)[i];
  EXPECT_NEAR(model.accumulate(slates, 2), expected_loss, 1e-4);
  for (const char* name : {"model.norm.weight", "model.embed_tokens.weight"}) {
    const at::Tensor gradient = model::golden::gradient_of(model.weights(), name).clone();
    const int64_t index = gradient.flatten().abs().argmax().item<int64_t>();
    const double found = gradient.flatten()[index].item<double>();
    constexpr double kStep = 1e-2;
    const auto loss_at = [&](double change) {
      const at::NoGradGuard no_grad;
      for (auto* parameter : model.weights().parameters().trainable())
        if (parameter->name() == name) parameter->master.view(-1)[index] += change;
      model.weights().parameters().publish();
      double loss = 0;
      for (const auto& one : slates)
        for (size_t i = 0; i < one.candidates.size(); ++i)
          loss -= one.relevance[i] * by_hand(model.model(), one, 0)[i] / 2;
      return loss;
    };
    const double below = loss_at(-kStep), above = loss_at(2 * kStep);
    loss_at(-kStep);  // back to where it was
    EXPECT_NEAR(found, (above - below) / (2 * kStep), 0.02 * std::abs(found) + 1e-3) << name;
  }
}

TEST_F(Letters, TrainingFitsTheSlatesItSees) {
  TuningOptions few = quick_tuning();
  few.slates_per_epoch = 4;
  few.schedule_steps = 1000;
  LetterScorer model("letters", open(), data(), options(), few, 7);
  const double before = model.train_epoch(0, ignore_progress).loss;
  double after = before;
  for (int repeat = 0; repeat < 60; ++repeat) after = model.train_epoch(0, ignore_progress).loss;
  EXPECT_LT(after, 0.5 * before);
}

TEST_F(Letters, TheBestParametersComeBackAndTravelThroughFiles) {
  for (const char* tuning : {"full", "lora"}) {
    auto model = scorer(tuning);
    model.train_epoch(0, ignore_progress);
    model.keep();
    model.save(folder_.path() / "best.safetensors");
    const auto best = model.score(slate());
    model.train_epoch(1, ignore_progress);
    EXPECT_NE(model.score(slate()), best) << tuning;
    model.restore();
    EXPECT_EQ(model.score(slate()), best) << tuning;
    auto other = scorer(tuning);
    EXPECT_NE(other.score(slate()), best) << tuning;
    other.load(folder_.path() / "best.safetensors");
    EXPECT_EQ(other.score(slate()), best) << tuning;
  }
  auto lora = scorer("lora");
  lora.save(folder_.path() / "lora.safetensors");
  auto full = scorer("full");
  error_of(base::ErrorKind::kData, [&] { full.load(folder_.path() / "lora.safetensors"); });
}

TEST_F(Letters, EqualSeedsTrainEqualModels) {
  auto one = scorer(), other = scorer();
  EXPECT_EQ(one.train_epoch(3, ignore_progress).loss, other.train_epoch(3, ignore_progress).loss);
  EXPECT_EQ(one.score(slate()), other.score(slate()));
}

TEST_F(Letters, AFrozenModelIsNotTrained) {
  auto model = scorer("frozen");
  data::testing::expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { model.train_epoch(0, ignore_progress); }),
      {"nothing to train", "frozen", "lora"});
}

TEST_F(Letters, AnInterruptedEpochThrowsWhatItsWatcherThrows) {
  auto model = scorer();
  EXPECT_THROW(model.train_epoch(0, [](int64_t) { throw std::runtime_error("stop"); }), std::runtime_error);
}

}  // namespace
}  // namespace r2rank::baselines
