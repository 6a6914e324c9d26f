#include "rollout/reasoner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/golden_models.h"
#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

using Tokens = std::vector<int32_t>;

class Reasoning : public testing::Test {
 protected:
  Reasoning() { model_->set_verdict_tokens(11, 12); }

  std::vector<SlateRollout> reason(const SlateBatch& batch, bool with_scores = true) const {
    return reasoner().reason(batch.view, options_, with_scores);
  }
  Reasoner reasoner() const {
    Reasoner made(*model_, frame_, reserved_);
    if (budget_ > 0) made.set_budget(budget_);
    return made;
  }
  SlateRollout reason_one(const RawSlate& raw) const { return reason(SlateBatch({raw})).front(); }

  /// The final-norm states of one path forwarded alone.
  at::Tensor alone(const Tokens& path) const {
    model::TokenTree tree;
    tree.add(model::TokenTree::kRoot, path);
    return model::golden::states_of(*model_, tree);
  }
  Tokens path_of(const PreparedSlate& slate, int64_t i, const Rationale& rationale) const {
    Tokens path = slate.pieces.history;
    for (const Tokens* piece : {&slate.pieces.candidates[i], &frame_.rationale_start, &rationale.tokens})
      path.insert(path.end(), piece->begin(), piece->end());
    return path;
  }
  /// The log-probabilities of a rationale's tokens by a forward pass over its whole path.
  at::Tensor fresh_logprobs(const PreparedSlate& slate, int64_t i, const Rationale& rationale) const {
    at::NoGradGuard no_grad;
    const Tokens path = path_of(slate, i, rationale);
    const auto count = static_cast<int64_t>(rationale.tokens.size()), end = static_cast<int64_t>(path.size());
    const at::Tensor before = alone(path).slice(0, end - count - 1, end - 1);
    const at::Tensor targets =
        at::tensor(std::vector<int64_t>(rationale.tokens.begin(), rationale.tokens.end()), at::kLong);
    return model::token_logprobs(before, *model_->transformer().output_table, targets, options_.temperature)
        .logprob;
  }
  /// Largest difference between the sum of logged and of fresh log-probabilities; every kind of ending must
  /// occur.
  double worst_sum(const SlateBatch& batch) const {
    const auto rollouts = reason(batch, false);
    double worst = 0;
    std::set<bool> endings;
    for (size_t b = 0; b < rollouts.size(); ++b)
      for (size_t i = 0; i < rollouts[b].rationales.size(); ++i)
        for (const Rationale& rationale : rollouts[b].rationales[i]) {
          EXPECT_EQ(rationale.logprobs.size(), rationale.tokens.size());
          double logged = 0;
          for (const float logprob : rationale.logprobs) logged += logprob;
          const double fresh =
              fresh_logprobs(*batch.view[b], static_cast<int64_t>(i), rationale).sum().item<double>();
          worst = std::max(worst, std::abs(logged - fresh));
          endings.insert(rationale.ended);
        }
    EXPECT_EQ(endings.size(), 2u) << "expected rationales that end and some that are cut off";
    return worst;
  }

  std::unique_ptr<model::LanguageModel> model_ = model::golden::tiny_model("llama");
  PromptFrame frame_{{20, 21}, {30, 31, 32}, 5};
  std::vector<int32_t> reserved_;
  double budget_ = 0;  // 0: as it is
  SamplingOptions options_{.rationales = 4, .max_tokens = 40, .temperature = 0.8, .seed = 3};
  const std::vector<RawSlate> slates_ = {RawSlate(1, 3), RawSlate(2, 4), RawSlate(3, 2)};
};

void expect_equal(const Rationale& a, const Rationale& b, double tolerance = 0) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.ended, b.ended);
  EXPECT_EQ(a.malformed, b.malformed);
  ASSERT_EQ(a.logprobs.size(), b.logprobs.size());
  for (size_t t = 0; t < a.logprobs.size(); ++t) EXPECT_NEAR(a.logprobs[t], b.logprobs[t], tolerance);
}

void expect_equal(const SlateRollout& a, const SlateRollout& b, double tolerance = 0) {
  ASSERT_EQ(a.silent.size(), b.silent.size());
  for (size_t i = 0; i < a.silent.size(); ++i) {
    EXPECT_NEAR(a.silent[i], b.silent[i], tolerance);
    for (size_t g = 0; g < a.rationales[i].size(); ++g) {
      expect_equal(a.rationales[i][g], b.rationales[i][g], tolerance);
      EXPECT_NEAR(a.scores[i][g], b.scores[i][g], tolerance);
    }
  }
}

// --- Log-probabilities
// ---------------------------------------------------------------------------------------------------

TEST_F(Reasoning, LogsWhatAFreshForwardAtTheSameTemperatureGives) {
  EXPECT_LT(worst_sum(SlateBatch(slates_)), 1e-4);
  frame_.rationale_start.clear();
  EXPECT_LT(worst_sum(SlateBatch(slates_)), 1e-4);
}

TEST_F(Reasoning, LogsCloseToAFreshForwardInBf16) {
  model_ = model::golden::tiny_model("llama", "full", "bf16");
  const double worst = worst_sum(SlateBatch(slates_));
  RecordProperty("worst", std::to_string(worst));
  EXPECT_LT(worst, 0.25) << "summed over up to 40 tokens";
}

TEST_F(Reasoning, EndsARationaleAtItsFirstEndOfTurn) {
  int64_t sampled = 0;
  for (const auto& rollout : reason(SlateBatch(slates_))) {
    int64_t own = 0;
    for (const auto& item : rollout.rationales)
      for (const auto& rationale : item) {
        const auto end = std::find(rationale.tokens.begin(), rationale.tokens.end(), frame_.end_of_turn);
        EXPECT_EQ(rationale.ended, end != rationale.tokens.end());
        const int64_t length = rationale.ended ? end - rationale.tokens.begin() + 1 : options_.max_tokens;
        EXPECT_EQ(static_cast<int64_t>(rationale.tokens.size()), length);
        own += static_cast<int64_t>(rationale.tokens.size());
      }
    EXPECT_EQ(rollout.sampled_tokens, own);
    sampled += own;
  }
  EXPECT_GT(sampled, 0);
}

// --- Order and composition of the batch
// ----------------------------------------------------------------------------------

TEST_F(Reasoning, PermutingCandidatesPermutesTheResultAndNothingElse) {
  const PreparedSlate straight = slates_[1].prepared();
  const SlateRollout expected = reason(SlateBatch(slates_))[1];
  for (const std::vector<int>& order : {std::vector<int>{3, 1, 0, 2}, {1, 0, 3, 2}, {3, 2, 1, 0}}) {
    auto raw = slates_;
    raw[1] = slates_[1].permuted(order);
    const PreparedSlate turned = raw[1].prepared();
    const auto rollouts = reason(SlateBatch(raw));
    const auto scores = turned.in_slate_order(rollouts[1].mean_scores()),
               silent = turned.in_slate_order(rollouts[1].silent);
    const auto old_scores = straight.in_slate_order(expected.mean_scores()),
               old_silent = straight.in_slate_order(expected.silent);
    for (size_t place = 0; place < order.size(); ++place) {
      EXPECT_EQ(scores[place], old_scores[order[place]]);  // bit for bit
      EXPECT_EQ(silent[place], old_silent[order[place]]);
      const auto canonical = [](const PreparedSlate& slate, size_t wanted) {
        return std::find(slate.order.begin(), slate.order.end(), static_cast<int32_t>(wanted)) -
               slate.order.begin();
      };
      for (int64_t g = 0; g < options_.rationales; ++g)
        expect_equal(rollouts[1].rationales[canonical(turned, place)][g],
                     expected.rationales[canonical(straight, order[place])][g]);
    }
  }
}

TEST_F(Reasoning, RepeatsItselfBitForBit) {
  const auto one = reason(SlateBatch(slates_)), two = reason(SlateBatch(slates_));
  for (size_t b = 0; b < slates_.size(); ++b) expect_equal(one[b], two[b]);
}

TEST_F(Reasoning, DrawsTheSameRationalesInAnyBatch) {
  const auto together = reason(SlateBatch(slates_)),
             turned = reason(SlateBatch({slates_[2], slates_[0], slates_[1]}));
  expect_equal(together[0], reason_one(slates_[0]), 1e-5);
  expect_equal(together[0], turned[1], 1e-5);
  expect_equal(together[2], turned[0], 1e-5);
}

TEST_F(Reasoning, DrawsTheFirstRationalesAlikeHoweverManyFollow) {
  const SlateRollout four = reason_one(slates_[0]);
  options_.rationales = 2;
  const SlateRollout two = reason_one(slates_[0]);
  for (size_t i = 0; i < two.rationales.size(); ++i)
    for (size_t g = 0; g < 2; ++g) expect_equal(two.rationales[i][g], four.rationales[i][g], 1e-5);
}

/// Bytes for several candidates, for several rationales of one, and for one row.
constexpr double kBudgets[] = {3e5, 8e4, 1};

TEST_F(Reasoning, DrawsTheSameRationalesInPartsAsInOnePass) {
  reserved_ = {90, 91, 92, 93};
  const auto whole = reason(SlateBatch(slates_));
  int malformed = 0;
  for (const double budget : kBudgets) {
    budget_ = budget;
    const auto parts = reason(SlateBatch(slates_));
    ASSERT_EQ(parts.size(), whole.size());
    for (size_t b = 0; b < whole.size(); ++b) {
      expect_equal(parts[b], whole[b], 1e-5);
      EXPECT_EQ(parts[b].prompt_tokens, whole[b].prompt_tokens);
      EXPECT_EQ(parts[b].sampled_tokens, whole[b].sampled_tokens);
      for (size_t i = 0; i < parts[b].rationales.size(); ++i)
        for (size_t g = 0; g < parts[b].rationales[i].size(); ++g) {
          if (!parts[b].rationales[i][g].malformed) continue;
          ++malformed;
          EXPECT_EQ(parts[b].scores[i][g], parts[b].silent[i]);
        }
    }
  }
  EXPECT_GT(malformed, 0) << "expected reserved tokens in some rationales";
}

TEST_F(Reasoning, ReadsTheSameSilentScoresInPartsAsInOnePass) {
  const SlateBatch batch(slates_);
  const auto whole = reasoner().silent_scores(batch.view);
  for (const double budget : kBudgets) {
    budget_ = budget;
    const auto parts = reasoner().silent_scores(batch.view);
    ASSERT_EQ(parts.size(), whole.size());
    for (size_t b = 0; b < whole.size(); ++b) {
      ASSERT_EQ(parts[b].size(), whole[b].size());
      for (size_t i = 0; i < whole[b].size(); ++i) EXPECT_NEAR(parts[b][i], whole[b][i], 1e-5);
    }
  }
}

TEST_F(Reasoning, DrawsOthersForAnotherSeedSlateOrRationale) {
  const SlateRollout first = reason_one(slates_[0]);
  EXPECT_NE(first.rationales[0][0].tokens, first.rationales[0][1].tokens);
  RawSlate renamed = slates_[0];
  renamed.id = 99;
  EXPECT_NE(first.rationales[0][0].tokens, reason_one(renamed).rationales[0][0].tokens);
  options_.seed = 4;
  EXPECT_NE(first.rationales[0][0].tokens, reason_one(slates_[0]).rationales[0][0].tokens);
}

// --- Scores
// --------------------------------------------------------------------------------------------------------------

TEST_F(Reasoning, ReadsTheScoresOfTheTrainingPass) {
  const SlateBatch batch(slates_);
  for (const bool empty_start : {false, true}) {
    if (empty_start) frame_.rationale_start.clear();
    const auto rollouts = reason(batch);
    std::vector<std::vector<std::vector<Rationale>>> rationales;
    for (const auto& rollout : rollouts) rationales.push_back(rollout.rationales);
    const SlateTree forest = build_slate_tree(batch.view, frame_, rationales);
    at::NoGradGuard no_grad;
    const at::Tensor scores = model_->readout()(model::golden::states_of(*model_, forest.tree));  // [N]
    size_t leaf = 0, flat = 0;
    for (const auto& rollout : rollouts)
      for (size_t i = 0; i < rollout.silent.size(); ++i) {
        EXPECT_NEAR(rollout.silent[i], scores[forest.silent_last[leaf++]].item<double>(), 1e-5);
        for (const double score : rollout.scores[i])
          EXPECT_NEAR(score, scores[forest.reasoned_last[flat++]].item<double>(), 1e-5);
      }
  }
}

TEST_F(Reasoning, ReadsTheSameSilentScoresWithAndWithoutRationales) {
  const SlateBatch batch(slates_);
  const auto silent = Reasoner(*model_, frame_, {}).silent_scores(batch.view);
  const auto rollouts = reason(batch);
  ASSERT_EQ(silent.size(), rollouts.size());
  for (size_t b = 0; b < silent.size(); ++b) {
    ASSERT_EQ(silent[b].size(), rollouts[b].silent.size());
    for (size_t i = 0; i < silent[b].size(); ++i) EXPECT_NEAR(silent[b][i], rollouts[b].silent[i], 1e-5);
  }
}

TEST_F(Reasoning, LeavesScoresOutOnDemand) {
  const SlateBatch batch(slates_);
  const auto with = reason(batch, true), without = reason(batch, false);
  for (size_t b = 0; b < with.size(); ++b) {
    EXPECT_TRUE(without[b].silent.empty() && without[b].scores.empty());
    for (size_t i = 0; i < with[b].rationales.size(); ++i)
      for (size_t g = 0; g < with[b].rationales[i].size(); ++g)
        expect_equal(with[b].rationales[i][g], without[b].rationales[i][g], 1e-5);
  }
}

TEST_F(Reasoning, GivesMalformedRationalesTheSilentScore) {
  const SlateRollout clean = reason_one(slates_[0]);
  reserved_ = {90, clean.rationales[1][2].tokens[0],
               frame_.end_of_turn};  // the end of the turn is never malformed
  const SlateRollout marked = reason_one(slates_[0]);
  int malformed = 0;
  for (size_t i = 0; i < clean.scores.size(); ++i)
    for (size_t g = 0; g < clean.scores[i].size(); ++g) {
      const Rationale& rationale = marked.rationales[i][g];
      EXPECT_EQ(rationale.tokens, clean.rationales[i][g].tokens);
      const bool holds_reserved =
          std::any_of(rationale.tokens.begin(), rationale.tokens.end(), [&](int32_t token) {
            return token != frame_.end_of_turn &&
                   std::find(reserved_.begin(), reserved_.end(), token) != reserved_.end();
          });
      EXPECT_EQ(rationale.malformed, holds_reserved);
      EXPECT_EQ(marked.scores[i][g], holds_reserved ? marked.silent[i] : clean.scores[i][g]);
      malformed += holds_reserved;
    }
  EXPECT_GT(malformed, 0);
  EXPECT_LT(malformed, 12);
  EXPECT_TRUE(marked.rationales[1][2].malformed);
}

TEST_F(Reasoning, ScoresARationaleThatEndsAtOnce) {
  frame_.end_of_turn =
      reason_one(slates_[0]).rationales[1][2].tokens[0];  // the same seed draws it first again
  const SlateBatch batch({slates_[0]});
  const SlateRollout rollout = reason(batch).front();
  const Rationale& rationale = rollout.rationales[1][2];
  EXPECT_EQ(rationale.tokens, Tokens{frame_.end_of_turn});
  EXPECT_TRUE(rationale.ended);
  EXPECT_NEAR(rationale.logprobs[0], fresh_logprobs(*batch.view[0], 1, rationale).item<double>(), 1e-5);
  Tokens path = path_of(*batch.view[0], 1, rationale);
  path.insert(path.end(), frame_.cue.begin(), frame_.cue.end());
  at::NoGradGuard no_grad;
  EXPECT_NEAR(rollout.scores[1][2], model_->readout()(alone(path))[-1].item<double>(), 1e-5);
}

TEST_F(Reasoning, EndsARationaleAtEveryTokenThatEndsAGenerationOfTheModel) {
  const int32_t end =
      reason_one(slates_[0]).rationales[1][2].tokens[0];  // the same seed draws it first again
  model_->tokenizer.eos_ids = {frame_.end_of_turn, end};
  reserved_ = {end};
  const Rationale rationale = reason_one(slates_[0]).rationales[1][2];
  EXPECT_EQ(rationale.tokens, Tokens{end});
  EXPECT_TRUE(rationale.ended);
  EXPECT_FALSE(rationale.malformed);
}

TEST_F(Reasoning, ScoresRationalesOfASingleToken) {
  options_.max_tokens = 1;
  const SlateBatch batch({slates_[0]});
  const SlateRollout rollout = reason(batch).front();
  EXPECT_EQ(rollout.sampled_tokens, 3 * options_.rationales);
  Tokens path = path_of(*batch.view[0], 0, rollout.rationales[0][0]);
  path.insert(path.end(), frame_.cue.begin(), frame_.cue.end());
  at::NoGradGuard no_grad;
  EXPECT_NEAR(rollout.scores[0][0], model_->readout()(alone(path))[-1].item<double>(), 1e-5);
}

TEST(SlateRollout, AveragesOverRationalesOrTakesTheSilentScores) {
  SlateRollout rollout;
  rollout.silent = {7, 8};
  EXPECT_EQ(rollout.mean_scores(), (std::vector<double>{7, 8}));
  rollout.scores = {{1, 2, 6}, {4, 4, 4}};
  EXPECT_EQ(rollout.mean_scores(), (std::vector<double>{3, 4}));
}

class GivenRationales : public testing::Test {
 protected:
  GivenRationales() { model_->set_verdict_tokens(11, 12); }

  std::unique_ptr<model::LanguageModel> model_ = model::golden::tiny_model("llama");
  Reasoner reasoner_{*model_, {{20, 21}, {30, 31, 32}, 5}, {}};
  SlateBatch batch_{{RawSlate(1, 5), RawSlate(2, 3)}};
};

TEST_F(GivenRationales, HaveTheScoresThatDecodingGaveThem) {
  const auto decoded = reasoner_.reason(batch_.view, {.rationales = 2, .max_tokens = 6, .seed = 3}, true);
  auto given = decoded;
  for (auto& rollout : given) {
    rollout.silent.clear();
    rollout.scores.clear();
  }
  reasoner_.score(batch_.view, given);
  for (size_t b = 0; b < given.size(); ++b) {
    ASSERT_EQ(given[b].scores.size(), decoded[b].scores.size());
    for (size_t i = 0; i < given[b].scores.size(); ++i) {
      EXPECT_NEAR(given[b].silent[i], decoded[b].silent[i], 1e-5);
      ASSERT_EQ(given[b].scores[i].size(), 2U);
      for (size_t g = 0; g < 2; ++g) EXPECT_NEAR(given[b].scores[i][g], decoded[b].scores[i][g], 1e-5);
    }
  }
}

TEST_F(GivenRationales, AreScoredWithTheCandidateTheyStandWith) {
  auto rollouts = reasoner_.reason(batch_.view, {.rationales = 1, .max_tokens = 6, .seed = 3}, true);
  const auto before = rollouts[0].scores;
  std::swap(rollouts[0].rationales[0], rollouts[0].rationales[1]);
  reasoner_.score(batch_.view, rollouts);
  EXPECT_NE(rollouts[0].scores[0], before[0]);
  EXPECT_NE(rollouts[0].scores[1], before[1]);
  EXPECT_NEAR(rollouts[0].scores[2][0], before[2][0], 1e-5);
}

TEST_F(GivenRationales, ThatAreMalformedHaveTheSilentScoreAndMissingOnesNone) {
  auto rollouts = reasoner_.reason(batch_.view, {.rationales = 1, .max_tokens = 6, .seed = 3}, true);
  rollouts[1].rationales[0][0].malformed = true;
  rollouts[1].rationales[2].clear();
  reasoner_.score(batch_.view, rollouts);
  EXPECT_EQ(rollouts[1].scores[0], std::vector<double>{rollouts[1].silent[0]});
  EXPECT_TRUE(rollouts[1].scores[2].empty());
}

}  // namespace
}  // namespace r2rank::rollout
