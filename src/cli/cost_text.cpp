#include "cli/cost_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/byte_size.h"
#include "base/progress.h"
#include "cli/table.h"
#include "experiment/cost.h"

namespace r2rank::cli {
namespace {

std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump() + "\n";
}

std::string text_of(const experiment::TrainingCost& cost, bool json) {
  if (json)
    return line_of({{"tokens_per_step", cost.tokens_per_step},
                    {"sampled_tokens_per_step", cost.sampled_tokens_per_step},
                    {"seconds_per_step", cost.seconds_per_step},
                    {"steps", cost.steps},
                    {"seconds", cost.seconds},
                    {"memory_bytes", cost.memory_bytes},
                    {"disk_bytes", cost.disk_bytes}});
  Table table({Table::Align::kLeft, Table::Align::kRight});
  table.row({"tokens a step, trained on", grouped(cost.tokens_per_step)});
  table.row({"tokens a step, sampled (at most)", grouped(cost.sampled_tokens_per_step)});
  table.row({"time a step (estimate)", base::format_duration(cost.seconds_per_step)});
  table.row({"steps", cost.steps > 0 ? grouped(cost.steps) : "until the minutes are over"});
  table.row({"time in all (estimate)", base::format_duration(cost.seconds)});
  table.row({"memory (estimate)", base::format_gibibytes(cost.memory_bytes)});
  table.row({"disk, checkpoint and model", base::format_gibibytes(cost.disk_bytes)});
  return table.text() + "dry run: nothing written\n";
}

}  // namespace

std::string training_cost_text(const learn::TrainConfig& config, const learn::RankingModel& model,
                               const data::Dataset& dataset, const data::Split& split, bool json) {
  return text_of(
      experiment::estimate_training(config, model, dataset, split, experiment::product_speed(*model.model)),
      json);
}

std::string sft_cost_text(const learn::SftConfig& config, const learn::RankingModel& model,
                          const learn::SftExamples& examples, bool json) {
  return text_of(experiment::estimate_sft(config, model, examples, experiment::product_speed(*model.model)),
                 json);
}

std::string scoring_cost_text(const learn::RankingModel& model, const data::Dataset& dataset,
                              const data::Split& split, std::span<const data::Slate> slates,
                              const experiment::ReasoningOptions& options, bool json) {
  const auto cost = experiment::estimate_scoring(model, dataset, split, slates, options,
                                                 experiment::product_speed(*model.model));
  if (json)
    return line_of({{"slates", cost.slates},
                    {"tokens_per_slate", cost.tokens_per_slate},
                    {"sampled_tokens_per_slate", cost.sampled_tokens_per_slate},
                    {"seconds", cost.seconds},
                    {"memory_bytes", cost.memory_bytes}});
  Table table({Table::Align::kLeft, Table::Align::kRight});
  table.row({"tokens a slate", grouped(cost.tokens_per_slate)});
  table.row({"tokens a slate, sampled (at most)", grouped(cost.sampled_tokens_per_slate)});
  table.row({"time in all (estimate)", base::format_duration(cost.seconds)});
  table.row({"memory (estimate)", base::format_gibibytes(cost.memory_bytes)});
  return table.text();
}

}  // namespace r2rank::cli
