#include "experiment/cost.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "data/training_slates.h"
#include "experiment/workload.h"
#include "learn/activations.h"
#include "learn/memory_plan.h"
#include "rollout/prompt_text.h"
#include "rollout/reason_about_best.h"
#include "rollout/slate_prompts.h"
#include "rollout/slate_tree.h"

namespace r2rank::experiment {
namespace {

constexpr int64_t kSampledSlates = 32;
// Shares of the product's speed the passes reach on the reference machine (docs/performance.md).
constexpr double kTrainingShare = 0.6, kScoringShare = 0.7, kDecodeShare = 0.45;
constexpr double kUpdate =
    28 / 1e10;  // seconds of an optimiser step for each weight: 28 bytes moved at 10 GB/s

double block_parameters(const model::ModelConfig& config) {
  return forward_flop(config).block_token / 2;
}

bool trains_layers(const learn::RankingModel& model) {
  const std::string& tuning = model.model->options().tuning;
  return (tuning != "head" && tuning != "frozen") || model.model->signal_projection() != nullptr;
}

/// Each weight takes part in three products a token, or in one where nothing goes back through its layer.
double products_of(const learn::RankingModel& model) {
  if (!trains_layers(model)) return 1;
  const auto layers = static_cast<double>(model.model->config().layers);
  const auto closed = model.model->signal_projection() == nullptr
                          ? static_cast<double>(model.model->transformer().closed_layers)
                          : 0.0;
  return 1 + 2 * (layers - closed) / layers;
}

std::vector<rollout::PreparedSlate> sampled_training_slates(const learn::TrainConfig& config,
                                                            const learn::RankingModel& model,
                                                            const data::Dataset& dataset,
                                                            const data::Split& split) {
  const rollout::SlatePrompts prompts(dataset, split, *model.prompts);
  const data::TrainingSlates slates(dataset, split,
                                    config.drawing(static_cast<uint64_t>(config.model_options.seed)));
  std::vector<rollout::PreparedSlate> sampled;
  for (int64_t n = 0; n < kSampledSlates; ++n) sampled.push_back(prompts.prepare(slates.draw(n), true));
  return sampled;
}

int64_t mean_slate_tokens(const learn::TrainConfig& config, const learn::RankingModel& model,
                          const std::vector<rollout::PreparedSlate>& slates) {
  int64_t tokens = 0;
  for (size_t n = 0; n < slates.size(); ++n)
    tokens +=
        rollout::slate_tokens(slates[n], model.reasoner->frame(), config.reasons() ? config.rationales : 0,
                              config.rationale_tokens, n > 0 ? &slates[n - 1] : nullptr);
  return tokens / static_cast<int64_t>(slates.size());
}

/// Tokens of a slate that are learned as text.
double mean_text_tokens(const learn::TrainConfig& config, const learn::RankingModel& model,
                        const std::vector<rollout::PreparedSlate>& slates) {
  if (config.text_weight == 0) return 0;
  const auto view = rollout::pointers_to(slates);
  const auto forest = rollout::build_slate_tree(view, model.reasoner->frame(), {});
  return static_cast<double>(rollout::prompt_text(forest, view).tokens.size()) /
         static_cast<double>(slates.size());
}

/// Of ranking the validation slates as often as a run does.
double validation_seconds(const learn::TrainConfig& config, const learn::RankingModel& model,
                          const data::Dataset& dataset, const data::Split& split, double product_speed) {
  const std::span<const data::Slate> all = split.valid.slates;
  const auto slates = all.first(std::min<size_t>(all.size(), static_cast<size_t>(config.valid_slates)));
  ReasoningOptions options;
  options.rationales = config.valid_sampling().rationales;
  options.rationale_tokens = config.rationale_tokens;
  const double once =
      slates.empty() ? 0 : estimate_scoring(model, dataset, split, slates, options, product_speed).seconds;
  return once * static_cast<double>(config.valid_measurements + 1);
}

}  // namespace

double product_speed(const model::LanguageModel& model) {
  const auto& config = model.config();
  const auto options =
      at::TensorOptions().dtype(model.transformer().compute_type()).device(model.transformer().device());
  const at::Tensor a = at::ones({512, config.width}, options),
                   b = at::ones({config.width, 2 * config.ffn_width}, options);
  double best = 1e9;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    at::mm(a, b).sum().item<double>();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return 2.0 * 512 * static_cast<double>(config.width * 2 * config.ffn_width) / best;
}

TrainingCost estimate_training(const learn::TrainConfig& config, const learn::RankingModel& model,
                               const data::Dataset& dataset, const data::Split& split, double product_speed) {
  TrainingCost cost;
  const auto& shape = model.model->config();
  const double blocks = block_parameters(shape), output = static_cast<double>(shape.vocabulary * shape.width);
  const auto trained = static_cast<double>(model.model->parameters().trainable_elements());
  const auto slates = sampled_training_slates(config, model, dataset, split);
  cost.tokens_per_step = config.slates_per_step * mean_slate_tokens(config, model, slates);
  const double text = static_cast<double>(config.slates_per_step - config.taught_slates()) *
                      mean_text_tokens(config, model, slates);
  if (config.reasons())
    cost.sampled_tokens_per_step =
        config.slates_per_step * (config.negative_count + 1) * config.rationales * config.rationale_tokens;
  const auto sampled = static_cast<double>(cost.sampled_tokens_per_step);
  const auto packed = static_cast<double>(cost.tokens_per_step);
  const double epochs = config.reasons() ? static_cast<double>(config.epochs) : 1;
  const bool reference = config.reasons() && config.kl > 0;
  const double products = products_of(model);
  cost.seconds_per_step =
      epochs * ((2 * products * blocks * packed + 8 * output * (sampled + text)) /
                    (product_speed * kTrainingShare) +
                trained * kUpdate) +
      2 * (blocks + output) * sampled / (product_speed * kDecodeShare) +
      (reference ? (2 * blocks * packed + 2 * output * sampled) / (product_speed * kScoringShare) : 0);
  cost.steps = config.steps;
  cost.seconds = config.steps > 0 ? cost.seconds_per_step * static_cast<double>(config.steps) +
                                        validation_seconds(config, model, dataset, split, product_speed)
                                  : 60 * config.minutes;
  if (config.minutes > 0) cost.seconds = std::min(cost.seconds, 60 * config.minutes);
  const auto memory = learn::plan_memory(config, *model.model);
  // A slate that is larger than a pass is a pass of its own.
  const int64_t pass = std::max(std::min(cost.tokens_per_step, memory.tokens_per_pass),
                                cost.tokens_per_step / config.slates_per_step);
  const double activations = learn::activation_bytes(
      *model.model, pass, learn::recomputes_layers(config, *model.model, pass, memory.activations));
  cost.memory_bytes = memory.fixed + activations;
  cost.disk_bytes = (blocks + output) * 4 + trained * 8 + (blocks + output) * 4;
  return cost;
}

TrainingCost estimate_sft(const learn::SftConfig& config, const learn::RankingModel& model,
                          const learn::SftExamples& examples, double product_speed) {
  TrainingCost cost;
  const auto& shape = model.model->config();
  const double blocks = block_parameters(shape), output = static_cast<double>(shape.vocabulary * shape.width);
  const auto trained = static_cast<double>(model.model->parameters().trainable_elements());
  double tokens = 0, taught = 0;
  int64_t rationales = 0, largest = 0;
  for (const auto& tree : examples.training) {
    tokens += static_cast<double>(tree.tokens);
    const learn::SftSlate view = tree.view();
    taught += static_cast<double>(learn::sft_size({&view, 1}).tokens);
    rationales += tree.count;
    largest = std::max(largest, tree.tokens);
  }
  const int64_t steps_an_epoch = std::max<int64_t>(1, rationales / config.rationales_per_step);
  cost.steps = config.epochs * steps_an_epoch;
  if (config.steps > 0) cost.steps = std::min(cost.steps, config.steps);
  const auto each = 1.0 / static_cast<double>(steps_an_epoch);
  cost.tokens_per_step = static_cast<int64_t>(tokens * each);
  const double products = products_of(model);
  // The output layer's logits are made twice and multiplied back twice, as in an RL step.
  cost.seconds_per_step =
      (2 * products * blocks * tokens + 8 * output * taught) * each / (product_speed * kTrainingShare) +
      trained * kUpdate;
  cost.seconds = cost.seconds_per_step * static_cast<double>(cost.steps);
  if (config.minutes > 0) cost.seconds = std::min(cost.seconds, 60 * config.minutes);
  const auto memory = learn::plan_memory(config, *model.model);
  const int64_t pass = std::max(largest, std::min(cost.tokens_per_step, memory.tokens_per_pass));
  cost.memory_bytes =
      memory.fixed +
      learn::activation_bytes(*model.model, pass,
                              learn::recomputes_layers(config, *model.model, pass, memory.activations));
  const bool keeps_best = config.patience > 0 && !examples.valid.empty();
  cost.disk_bytes = (blocks + output) * (keeps_best ? 12 : 8) + trained * 8;
  return cost;
}

ScoringCost estimate_scoring(const learn::RankingModel& model, const data::Dataset& dataset,
                             const data::Split& split, std::span<const data::Slate> slates,
                             const ReasoningOptions& options, double product_speed) {
  ScoringCost cost;
  cost.slates = static_cast<int64_t>(slates.size());
  const rollout::SlatePrompts prompts(dataset, split, *model.prompts);
  const auto seen = slates.first(std::min<size_t>(slates.size(), kSampledSlates));
  for (const auto& slate : seen) {
    const auto prepared = prompts.prepare(slate, false);
    const auto prompt_tokens = [&](const rollout::PreparedSlate& part, int64_t rationales) {
      return rollout::slate_tokens(part, model.reasoner->frame(), rationales, 0);
    };
    const auto candidates = static_cast<int64_t>(slate.candidates.size());
    const bool cascade = options.rationales > 0 && options.reason_top > 0;
    const int64_t reasoned = cascade ? std::min(options.reason_top, candidates) : candidates;
    std::vector<int64_t> first(reasoned);
    std::iota(first.begin(), first.end(), 0);
    const double share = options.by_gate() ? options.gate.share : 1;  // of the slates that are reasoned about
    cost.tokens_per_slate +=
        (cascade || options.by_gate() ? prompt_tokens(prepared, 0) : 0) +
        std::llround(share * static_cast<double>(
                                 prompt_tokens(rollout::part_of(prepared, first), options.rationales)));
    cost.sampled_tokens_per_slate +=
        std::llround(share * static_cast<double>(reasoned * options.rationales * options.rationale_tokens));
  }
  cost.tokens_per_slate /= std::max<int64_t>(1, static_cast<int64_t>(seen.size()));
  cost.sampled_tokens_per_slate /= std::max<int64_t>(1, static_cast<int64_t>(seen.size()));
  const auto& shape = model.model->config();
  const double blocks = block_parameters(shape), output = static_cast<double>(shape.vocabulary * shape.width);
  cost.seconds = static_cast<double>(cost.slates) *
                 (2 * blocks * static_cast<double>(cost.tokens_per_slate) / (product_speed * kScoringShare) +
                  2 * (blocks + output) * static_cast<double>(cost.sampled_tokens_per_slate) /
                      (product_speed * kDecodeShare));
  // The weights stand plain, packed for products and in panels.
  cost.memory_bytes = 3 * (blocks + output) * (model.model->options().dtype == "bf16" ? 2 : 4) + 1e9;
  return cost;
}

}  // namespace r2rank::experiment
