#include "experiment/trained_method.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "baselines/llm/llm_scorer.h"
#include "experiment/cost.h"
#include "learn/model_folder.h"

namespace r2rank::experiment {
namespace {

/// A ranking model and what reads it.
class OwningRankingScorer : public baselines::Scorer, public baselines::LlmScorer {
 public:
  OwningRankingScorer(std::string name, std::unique_ptr<learn::RankingModel> model,
                      const baselines::TrainingData& data, const ReasoningOptions& options)
      : model_(std::move(model)),
        data_(data),
        options_(options),
        scorer_(std::move(name), *model_, data.dataset, data.split, options) {}

  std::string name() const override { return scorer_.name(); }
  std::vector<double> score(const data::Slate& slate) override { return scorer_.score(slate); }
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override {
    return scorer_.score_batch(slates);
  }
  int64_t batch_size() const override { return scorer_.batch_size(); }
  int64_t tokens() const override { return scorer_.tokens(); }

  baselines::LlmWork work(std::span<const data::Slate> slates) const override {
    constexpr double kAnySpeed = 1;  // only its tokens are asked for
    const auto cost = estimate_scoring(*model_, data_.dataset, data_.split, slates, options_, kAnySpeed);
    return {.slates = cost.slates,
            .read_per_slate = static_cast<double>(cost.tokens_per_slate),
            .written_per_slate = static_cast<double>(cost.sampled_tokens_per_slate)};
  }
  const model::LanguageModel* language_model() const override { return model_->model.get(); }

  std::vector<std::pair<std::string, double>> notes() const override { return scorer_.notes(); }
  void forget_notes() override { scorer_.forget_notes(); }
  double noting_seconds() const override { return scorer_.noting_seconds(); }

 private:
  std::unique_ptr<learn::RankingModel> model_;
  baselines::TrainingData data_;
  ReasoningOptions options_;
  RankingScorer scorer_;
};

/// The options as the model was trained, where nothing else is set.
ReasoningOptions asked_as_trained(ReasoningOptions options, const learn::RankingModel& model) {
  const ReasoningOptions defaults;
  options.resolve();
  base::ConfigFields fields;
  options.describe(fields);
  if (options.rationale_tokens != defaults.rationale_tokens)
    fields.set("rationale_tokens", fmt::format("{}", options.rationale_tokens));
  if (options.temperature != defaults.temperature)
    fields.set("temperature", fmt::format("{}", options.temperature));
  options.follow_training(model, fields);
  return options;
}

}  // namespace

baselines::MethodText TrainedMethod::text() const {
  return {"trained-model", "a model of `r2rank train`, asked as `eval --model` asks it", "docs/method.md"};
}

void TrainedMethod::describe(base::ConfigFields& fields) {
  fields.add("model", path_, "run folder or model folder");
  options_.describe_scoring(fields);
  reasoning_.describe(fields);
}

std::unique_ptr<baselines::Scorer> TrainedMethod::make(const baselines::TrainingData& data,
                                                       uint64_t seed) const {
  if (path_.empty())
    base::fail_usage("trained-model", "expected a trained model, found none; set model to a run folder");
  if (!learn::has_own_prompt(path_))
    base::fail_usage(
        "trained-model",
        "model = '{}': expected a folder of `r2rank train`, found another model; ask it as llm-verdict",
        path_);
  auto model = learn::open_ranking_model(path_, options_, {});
  learn::refuse_other_training(*model, data.dataset, data.split);
  ReasoningOptions reasoning = asked_as_trained(reasoning_, *model);
  reasoning.seed = static_cast<int64_t>(seed);
  return std::make_unique<OwningRankingScorer>(std::string(text().name), std::move(model), data, reasoning);
}

}  // namespace r2rank::experiment
