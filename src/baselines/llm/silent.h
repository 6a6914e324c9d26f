#pragma once

#include "baselines/llm/tuned_scorer.h"
#include "learn/list_objective.h"
#include "rollout/slate_prompts.h"

namespace r2rank::baselines {

/// How candidates are scored one by one, by the readout of our own silent stage (docs/method.md).
struct SilentOptions {
  std::string list_objective = "pointwise";  ///< what training maximises over a slate
  int64_t slates_per_batch = 4;

  void describe(base::ConfigFields& fields);
};

/// Pointwise scores: a prompt a candidate, ended by the cue, and the model's readout there.
/// Untrained with the verdict readout: zero-shot yes-no logits. Trained with the verdict readout, binary
/// cross-entropy and LoRA: instruction tuning on yes and no (TALLRec; Bao et al. 2023), where each slate's
/// negatives stand for disliked items. Trained with a list objective: score-only fine-tuning, our silent
/// stage. The steps are those of `r2rank train --stage silent`.
class SilentScorer : public TunedScorer {
 public:
  SilentScorer(std::string name, std::unique_ptr<learn::RankingModel> model, const TrainingData& data,
               SilentOptions silent, TuningOptions options, uint64_t seed);

  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return silent_.slates_per_batch; }
  LlmWork work(std::span<const data::Slate> slates) const override;

 protected:
  double accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) override;
  int64_t tokens_of(const data::Slate& slate) const override;

 private:
  SilentOptions silent_;
  rollout::SlatePrompts prompts_;
};

}  // namespace r2rank::baselines
