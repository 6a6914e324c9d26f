#pragma once

#include <span>
#include <string>

#include "data/split.h"
#include "experiment/ranking_scorer.h"
#include "learn/model_folder.h"
#include "learn/sft_trainer.h"
#include "learn/train_config.h"

namespace r2rank::cli {

/// What a training run will take: tokens and seconds a step (from the products' speed measured now), seconds
/// in all, memory. As text, or as one JSON object.
std::string training_cost_text(const learn::TrainConfig& config, const learn::RankingModel& model,
                               const data::Dataset& dataset, const data::Split& split, bool json);

/// The same for supervised fine-tuning.
std::string sft_cost_text(const learn::SftConfig& config, const learn::RankingModel& model,
                          const learn::SftExamples& examples, bool json);

/// The same for scoring slates.
std::string scoring_cost_text(const learn::RankingModel& model, const data::Dataset& dataset,
                              const data::Split& split, std::span<const data::Slate> slates,
                              const experiment::ReasoningOptions& options, bool json);

}  // namespace r2rank::cli
