#pragma once

#include <cstdint>
#include <span>

#include "experiment/ranking_scorer.h"
#include "learn/model_folder.h"
#include "learn/sft_trainer.h"
#include "learn/train_config.h"

namespace r2rank::experiment {

/// Operations a second of one [512, D] x [D, 2F] product in the model's compute type, measured now: the best
/// of five. It moves with whatever else runs on the machine.
double product_speed(const model::LanguageModel& model);

/// What a run will take. Seconds come from the speed of one product of the model's shape and the share of it
/// that training and decoding reached on the reference machine (constants in cost.cpp); memory and disk from
/// the tensors held.
struct TrainingCost {
  int64_t tokens_per_step = 0;          ///< packed tokens of the training pass
  int64_t sampled_tokens_per_step = 0;  ///< at most: B K G T
  double seconds_per_step = 0;
  int64_t steps = 0;
  double seconds = 0;
  double memory_bytes = 0, disk_bytes = 0;
};
TrainingCost estimate_training(const learn::TrainConfig& config, const learn::RankingModel& model,
                               const data::Dataset& dataset, const data::Split& split, double product_speed);

/// The same for supervised fine-tuning; validation slates are not counted.
TrainingCost estimate_sft(const learn::SftConfig& config, const learn::RankingModel& model,
                          const learn::SftExamples& examples, double product_speed);

/// What scoring slates will take, from the first of them and the speed of the same product.
struct ScoringCost {
  int64_t slates = 0;
  int64_t tokens_per_slate = 0;          ///< packed prompt tokens, starts and cues of rationales included
  int64_t sampled_tokens_per_slate = 0;  ///< at most: K G T
  double seconds = 0, memory_bytes = 0;
};
ScoringCost estimate_scoring(const learn::RankingModel& model, const data::Dataset& dataset,
                             const data::Split& split, std::span<const data::Slate> slates,
                             const ReasoningOptions& options, double product_speed);

}  // namespace r2rank::experiment
