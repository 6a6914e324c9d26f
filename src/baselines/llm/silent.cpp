#include "baselines/llm/silent.h"

#include "learn/step.h"

namespace r2rank::baselines {

void SilentOptions::describe(base::ConfigFields& fields) {
  fields.add("list_objective", list_objective, "what training maximises over a slate")
      .one_of(learn::list_objective_names());
  fields.add("slates_per_batch", slates_per_batch, "slates scored in one pass").between(1, 1024);
}

SilentScorer::SilentScorer(std::string name, std::unique_ptr<learn::RankingModel> model,
                           const TrainingData& data, SilentOptions silent, TuningOptions options,
                           uint64_t seed)
    : TunedScorer(std::move(name), std::move(model), data, std::move(options), seed),
      silent_(std::move(silent)),
      prompts_(data.dataset, data.split, *model_->prompts) {
  learn::check_positions(*model_, 0);
}

std::vector<std::vector<double>> SilentScorer::score_batch(std::span<const data::Slate> slates) {
  std::vector<rollout::PreparedSlate> prepared;
  std::vector<const rollout::PreparedSlate*> pointers;
  for (const auto& slate : slates) prepared.push_back(prompts_.prepare(slate, false));
  for (const auto& slate : prepared) pointers.push_back(&slate);
  auto scores = model_->reasoner->silent_scores(pointers);
  for (size_t b = 0; b < prepared.size(); ++b) {
    tokens_ += rollout::slate_tokens(prepared[b], model_->reasoner->frame(), 0, 0);
    scores[b] = prepared[b].in_slate_order(scores[b]);
  }
  return scores;
}

double SilentScorer::accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) {
  std::vector<rollout::PreparedSlate> prepared;
  std::vector<learn::StepSlate> steps;
  int64_t tokens = 0;
  for (const auto& slate : slates) prepared.push_back(prompts_.prepare(slate, true));
  for (const auto& slate : prepared) {
    steps.push_back({.slate = &slate});
    tokens += rollout::slate_tokens(slate, model_->reasoner->frame(), 0, 0);
  }
  learn::StepOptions options;
  options.utility.objective = learn::list_objective(silent_.list_objective);
  options.silent_weight = 1;
  options.checkpoint_layers = recomputes(tokens);
  double loss = 0;
  for (const auto& outcome :
       learn::accumulate_step(*model_->model, model_->reasoner->frame(), steps, options, slates_in_step))
    loss -= outcome.silent_utility;
  return loss;
}

int64_t SilentScorer::tokens_of(const data::Slate& slate) const {
  return rollout::slate_tokens(prompts_.prepare(slate, true), model_->reasoner->frame(), 0, 0);
}

LlmWork SilentScorer::work(std::span<const data::Slate> slates) const {
  LlmWork work{.slates = static_cast<int64_t>(slates.size())};
  const auto seen = sample_of(slates);
  for (const auto& slate : seen)
    work.read_per_slate += static_cast<double>(rollout::slate_tokens(prompts_.prepare(slate, false),
                                                                     model_->reasoner->frame(), 0, 0)) /
                           static_cast<double>(seen.size());
  return work;
}

}  // namespace r2rank::baselines
