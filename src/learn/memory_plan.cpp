#include "learn/memory_plan.h"

#include <algorithm>

#include "base/byte_size.h"
#include "base/error.h"
#include "learn/activations.h"

namespace r2rank::learn {
namespace {

constexpr double kActivations = 6e9, kRollout = 4e9;  // without a budget
/// libtorch and the program, chunks of logits and their gradient, and what a layer's backward pass makes.
constexpr double kBeside = 1e9;
constexpr int64_t kFastPass = 1024;     // tokens: below, products are short and slow
constexpr int64_t kSmallestPass = 256;  // a history and a few candidates

double fixed_bytes(bool reference, const model::LanguageModel& model) {
  const double element = model.options().dtype == "bf16" ? 2 : 4;
  double weights = 0;
  for (const auto& parameter : model.parameters().all())
    weights += static_cast<double>(parameter.compute.numel());
  const auto trained = static_cast<double>(model.parameters().trainable_elements());
  // Plain, packed and in panels, the trained ones packed for gradients too; f32 masters, gradients and two
  // moments.
  return element * weights * (reference ? 6 : 3) + (element + 16) * trained + kBeside;
}

int64_t tokens_that_fit(const model::LanguageModel& model, double bytes, bool recomputed) {
  constexpr int64_t kMany = 1 << 20;
  const double each = activation_bytes(model, kMany, recomputed) / kMany;
  return each > 0 ? static_cast<int64_t>(bytes / each) : kMany;
}

}  // namespace

MemoryPlan plan_memory(const OptimisationConfig& config, const StageNeeds& needs,
                       const model::LanguageModel& model) {
  MemoryPlan plan{fixed_bytes(needs.reference, model), kActivations, kRollout, needs.rollouts,
                  config.tokens_per_pass};
  if (config.memory.empty()) return plan;
  const double budget = base::parse_bytes(config.memory, needs.verb, "memory");
  const double left = budget - plan.fixed;
  // Rollout and training pass do not happen at the same time.
  plan.activations = left;
  plan.rollout = std::min(kRollout, left);
  const bool recompute_always = config.checkpoint_layers == "on";
  const int64_t plain = recompute_always ? 0 : tokens_that_fit(model, left, false),
                recomputed = config.checkpoint_layers == "off" ? 0 : tokens_that_fit(model, left, true);
  const int64_t fitting = plain >= kFastPass ? plain : std::max(plain, recomputed);
  if (fitting < kSmallestPass)
    base::fail_usage(
        needs.verb,
        "memory = {} is too little: weights and optimiser take {} and a pass of {} tokens {}; "
        "allow more, or train less of the model (--tuning lora or head)",
        config.memory, base::format_gibibytes(plan.fixed), kSmallestPass,
        base::format_gibibytes(activation_bytes(model, kSmallestPass, config.checkpoint_layers != "off")));
  plan.tokens_per_pass = std::min(config.tokens_per_pass, fitting);
  return plan;
}

MemoryPlan plan_memory(const TrainConfig& config, const model::LanguageModel& model) {
  return plan_memory(config, {"train", config.reasons() && config.kl > 0, config.reasons()}, model);
}

std::string MemoryPlan::text(const OptimisationConfig& config, const model::LanguageModel& model) const {
  std::string line =
      fmt::format("memory: weights and optimiser {}, passes of up to {} tokens with {}",
                  base::format_gibibytes(fixed), tokens_per_pass, base::format_gibibytes(activations));
  line += recomputes_layers(config, model, tokens_per_pass, activations) ? ", layers recomputed"
                                                                         : ", layers kept";
  if (rolls_out) line += fmt::format(", rollouts within {}", base::format_gibibytes(rollout));
  return line;
}

}  // namespace r2rank::learn
