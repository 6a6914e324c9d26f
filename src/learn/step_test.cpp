#include "learn/step.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "learn/golden_slates.h"
#include "model/token_logprob.h"

namespace r2rank::learn {
namespace {

using model::golden::relative_error;
using rollout::Rationale;

/// Their credits, log-probabilities and gradients under every objective.
class GoldenStep : public testing::GoldenSlates {
 protected:
  GoldenStep() {
    for (int b = 0; b < kSlates; ++b) read_logprobs(b);
    options_.temperature = 0.8;
    options_.utility = {ListObjective::kNdcg, 2, 0.7};
  }

  void read_logprobs(int b) {
    for (const auto* name : {"old_logprob", "reference_logprob"}) {
      TokenTable& table = (std::string(name) == "old_logprob" ? old_ : reference_)[b];
      const at::Tensor values = file_.get(name);
      for (int i = 0; i < kItems; ++i) {
        auto& item = table.emplace_back();
        for (int g = 0; g < kRationales; ++g) {
          auto& row = item.emplace_back();
          for (size_t t = 0; t < rationales_[b][i][g].tokens.size(); ++t)
            row.push_back(values[b][i][g][static_cast<int64_t>(t)].item<float>());
        }
      }
    }
  }

  std::vector<SlateOutcome> run(const std::string& objective, const std::string& credit, bool ppo = false,
                                bool kl = false) {
    model_->parameters().zero_gradients();
    options_.objective = objective == "J_1" ? Objective::kJ1 : Objective::kJG;
    options_.credit = credit_of(credit);
    std::vector<StepSlate> inputs;
    for (int b = 0; b < kSlates; ++b) {
      StepSlate input{.slate = &slates_[b], .rationales = &rationales_[b]};
      if (ppo) input.old_logprobs = &old_[b];
      if (kl) input.reference_logprobs = &reference_[b];
      input.baseline = file_.get("baseline." + objective).item<double>();
      inputs.push_back(input);
    }
    return accumulate_step(*model_, frame_, inputs, options_, kSlates);
  }

  /// What credit `value` of rationale 1 of item 1, the only one that has any, adds to the gradients of a step
  /// on slate 0. All parameters one after another.
  at::Tensor gradient_of_credit(double value) {
    std::vector<std::vector<double>> credit(kItems, std::vector<double>(kRationales, 0.0));
    const at::Tensor without = gradients_with(credit);
    credit[1][1] = value;
    return gradients_with(credit) - without;
  }

  at::Tensor gradients_with(const std::vector<std::vector<double>>& credit) {
    model_->parameters().zero_gradients();
    options_.objective = Objective::kJ1;
    options_.credit = Credit::kMarginal;
    const StepSlate input{.slate = &slates_[0], .rationales = &rationales_[0], .frozen_credit = &credit};
    accumulate_step(*model_, frame_, {&input, 1}, options_, kSlates);
    std::vector<at::Tensor> all;
    for (auto& parameter : model_->parameters().all()) all.push_back(parameter.gradient_sum().flatten());
    return at::cat(all);
  }

  void expect_norms(const std::string& key) const {
    testing::GoldenSlates::expect_norms(file_, "norm." + key);
  }

  void expect_gradients(const std::string& key) {
    std::istringstream names(file_.header().at("__metadata__").at("parameters").get<std::string>());
    std::string name;
    while (names >> name)
      EXPECT_LT(
          relative_error(model::golden::gradient_of(*model_, name), file_.get("grad." + key + "." + name)),
          1e-4)
          << name;
  }

  using TokenTable = std::vector<std::vector<std::vector<float>>>;
  TokenTable old_[kSlates], reference_[kSlates];
  StepOptions options_;
};

TEST_F(GoldenStep, ReadsTheScoresAndLogprobsOfPathsForwardedAlone) {
  const auto outcomes = run("J_1", "none");
  const at::Tensor scores = file_.get("scores"), silent = file_.get("silent"), logprob = file_.get("logprob");
  for (int b = 0; b < kSlates; ++b)
    for (int i = 0; i < kItems; ++i) {
      EXPECT_NEAR(outcomes[b].scores.silent[i], silent[b][i].item<double>(), 1e-5);
      for (int g = 0; g < kRationales; ++g) {
        EXPECT_NEAR(outcomes[b].scores.reasoned[i][g], scores[b][i][g].item<double>(), 1e-5);
        for (size_t t = 0; t < outcomes[b].logprobs[i][g].size(); ++t)
          EXPECT_NEAR(outcomes[b].logprobs[i][g][t], logprob[b][i][g][static_cast<int64_t>(t)].item<double>(),
                      1e-5);
      }
    }
}

TEST_F(GoldenStep, GivesTheUtilitiesOfBothObjectives) {
  for (const std::string objective : {"J_1", "J_G"}) {
    const auto outcomes = run(objective, "none");
    for (int b = 0; b < kSlates; ++b) {
      EXPECT_NEAR(outcomes[b].utility, file_.get("utility." + objective)[b].item<double>(), 1e-6);
      EXPECT_NEAR(outcomes[b].silent_utility, file_.get("utility.silent")[b].item<double>(), 1e-6);
    }
  }
}

TEST_F(GoldenStep, GivesEveryCreditAndItsGradientNorms) {
  for (const std::string objective : {"J_1", "J_G"})
    for (const auto& credit : credit_names()) {
      const std::string key = objective + "." + credit;
      const auto outcomes = run(objective, credit);
      const double weight = file_.get("weight." + key).item<double>();
      for (int b = 0; b < kSlates; ++b)
        for (int i = 0; i < kItems; ++i)
          for (int g = 0; g < kRationales; ++g)
            EXPECT_NEAR(outcomes[b].credit[i][g], weight * file_.get("credit." + key)[b][i][g].item<double>(),
                        1e-4)
                << key;
      expect_norms(key);
    }
}

TEST_F(GoldenStep, GivesEveryGradientOfAWholeStep) {
  run("J_G", "contribution");
  expect_gradients("J_G.contribution");
  run("J_1", "marginal");
  expect_gradients("J_1.marginal");
}

TEST_F(GoldenStep, GivesTheGradientsOfClippingDivergenceEntropyAndLengthPrice) {
  for (const std::string key : {"J_G.contribution", "J_1.marginal"}) {
    const std::string objective = key.substr(0, 3), credit = key.substr(4);
    run(objective, credit, true);
    expect_norms(key + ".ppo");
    options_.kl = 0.1;
    run(objective, credit, false, true);
    expect_norms(key + ".kl");
    options_.kl = 0;
    options_.token_entropy = 0.01;
    run(objective, credit);
    expect_norms(key + ".entropy");
    options_.token_entropy = 0;
    options_.length_price = 0.01;
    run(objective, credit);
    expect_norms(key + ".length");
    options_.kl = 0.1;
    options_.token_entropy = 0.01;
    run(objective, credit, true, true);
    expect_norms(key + ".all");
    options_.kl = options_.token_entropy = options_.length_price = 0;
  }
}

TEST_F(GoldenStep, IsTheSameWithCheckpointedLayersAndInSeparatePasses) {
  options_.checkpoint_layers = true;
  run("J_1", "marginal");
  expect_gradients("J_1.marginal");
  options_.checkpoint_layers = false;
  model_->parameters().zero_gradients();
  options_.objective = Objective::kJ1;
  options_.credit = Credit::kMarginal;
  for (int b = 0; b < kSlates; ++b) {
    const StepSlate input{.slate = &slates_[b], .rationales = &rationales_[b]};
    accumulate_step(*model_, frame_, {&input, 1}, options_, kSlates);
  }
  expect_gradients("J_1.marginal");
}

TEST_F(GoldenStep, IsTheSameWhereSlatesOfOneUserShareTheirHistory) {
  auto& later = slates_[1].pieces.history;
  later.insert(later.begin(), slates_[0].pieces.history.begin(), slates_[0].pieces.history.end() - 1);
  const auto apart = run("J_1", "marginal");
  std::vector<at::Tensor> gradients;
  for (auto& parameter : model_->parameters().all()) gradients.push_back(parameter.gradient_sum().clone());
  for (auto& slate : slates_) slate.user = 3;
  const auto shared = run("J_1", "marginal");
  for (int b = 0; b < kSlates; ++b)
    for (int i = 0; i < kItems; ++i) {
      EXPECT_NEAR(shared[b].scores.silent[i], apart[b].scores.silent[i], 1e-5);
      for (int g = 0; g < kRationales; ++g)
        EXPECT_NEAR(shared[b].scores.reasoned[i][g], apart[b].scores.reasoned[i][g], 1e-5);
    }
  size_t p = 0;
  for (auto& parameter : model_->parameters().all()) {
    EXPECT_LT(relative_error(parameter.gradient_sum(), gradients[p]), 1e-4) << parameter.name();
    ++p;
  }
}

TEST_F(GoldenStep, LearnsEachSlatesTextAsALanguageModelDoes) {
  constexpr double kWeight = 0.7;
  for (auto& slate : slates_) slate.relevance = {0, 1, 0};
  const auto gradients = [&] {
    std::vector<at::Tensor> all;
    for (auto& parameter : model_->parameters().all())
      all.push_back(parameter.gradient_sum().clone().flatten());
    return at::cat(all);
  };
  EXPECT_FALSE(run("J_1", "marginal")[0].text_loss) << "nobody asked for it";
  const at::Tensor without = gradients();
  options_.text_weight = kWeight;
  const auto outcomes = run("J_1", "marginal");
  const at::Tensor found = gradients() - without;

  model_->parameters().zero_gradients();
  at::Tensor likelihood = at::zeros({});
  for (const auto& slate : slates_) {  // each text forwarded alone
    auto tokens = slate.pieces.history;
    tokens.insert(tokens.end(), slate.pieces.candidates[1].begin(), slate.pieces.candidates[1].end());
    model::TokenTree chain;
    chain.add(model::TokenTree::kRoot, tokens);
    const at::Tensor states = model_->transformer().states(model_->transformer().plan(chain), false);
    const std::vector<int64_t> targets(tokens.begin() + 1, tokens.end());
    likelihood =
        likelihood + model::token_logprobs(states.slice(0, 0, states.size(0) - 1),
                                           *model_->transformer().output_table, at::tensor(targets), 1.0)
                         .logprob.mean();
  }
  torch::autograd::backward({likelihood * (-kWeight / kSlates)}, {});
  model_->parameters().collect_gradients();
  const at::Tensor expected = gradients();
  EXPECT_GT(expected.norm().item<double>(), 0);
  EXPECT_LT(relative_error(found, expected), 1e-4);
  EXPECT_NEAR(*outcomes[0].text_loss, -likelihood.item<double>() / kSlates, 1e-5);
}

TEST_F(GoldenStep, ACriticGivesTheBaselinesOfSampledRankingsAndLearnsTheirRewards) {
  options_.estimator = {Estimator::kReinforcePl, RankingBaseline::kCritic, 4};
  Critic critic(model_->config().width, 8, {}, 7, at::kCPU);
  critic.parameters().all().back().master.fill_(0.125);  // W2, so that values are not zero
  options_.critic = &critic;
  const auto with_critic = run("J_1", "none");
  const at::Tensor found = model::golden::gradient_of(*model_, "model.norm.weight").clone();
  EXPECT_GT(critic.optimizer().gradient_norm(), 0);
  for (const auto& outcome : with_critic) {
    EXPECT_NE(outcome.values.silent, 0);
    const double silent = outcome.silent_utility - outcome.values.silent,
                 reasoned = outcome.utility - outcome.values.reasoned;
    EXPECT_NEAR(outcome.critic_error.value(), (silent * silent + reasoned * reasoned) / 2, 1e-6);
  }
  options_.critic = nullptr;
  options_.estimator.baseline = RankingBaseline::kBatchMean;
  run("J_1", "none");
  EXPECT_FALSE(found.allclose(model::golden::gradient_of(*model_, "model.norm.weight")))
      << "baselines without effect";
}

TEST_F(GoldenStep, AMalformedRationaleTakesTheSilentScoreAndNoPositiveCredit) {
  Rationale& rationale = rationales_[0][1][1];
  ASSERT_FALSE(rationale.tokens.empty());
  const at::Tensor blame = gradient_of_credit(-0.5), praise = gradient_of_credit(0.5);
  const double size = blame.abs().max().item<double>();
  ASSERT_GT(size, 1e-3);
  EXPECT_LT(relative_error(praise, -blame), 1e-3);
  rationale.malformed = true;
  const auto outcomes = run("J_1", "marginal");
  EXPECT_DOUBLE_EQ(outcomes[0].scores.reasoned[1][1], outcomes[0].scores.silent[1]);
  EXPECT_GT(outcomes[0].credit[1][1], 0);  // the silent score beats the item's other rationale
  EXPECT_LT(relative_error(gradient_of_credit(-0.5), blame), 1e-3);
  EXPECT_LT(gradient_of_credit(0.5).abs().max().item<double>(), 1e-5 * size);
}

}  // namespace
}  // namespace r2rank::learn
