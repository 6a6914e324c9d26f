#include "learn/learned_reasoning.h"

#include <nlohmann/json.hpp>

#include "base/config.h"
#include "base/error.h"

namespace r2rank::learn {
namespace {

using nlohmann::json;

/// The settings of a training that taught to reason, or null.
json reasoning_settings(const std::string& training) {
  const json card = json::parse(training, nullptr, false);
  if (!card.is_object() || !card.contains("configuration")) return {};
  const json& values = card.at("configuration");
  if (!values.is_object()) return {};
  const bool taught = values.contains("rationale_set");  // by sft
  return taught || (values.contains("stage") && values.at("stage") == "rl") ? values : json();
}

}  // namespace

std::optional<LearnedReasoning> learned_reasoning(const RankingModel& model) {
  const json values = reasoning_settings(model.training);
  if (values.is_null()) return std::nullopt;
  LearnedReasoning learned;
  base::ConfigFields fields;
  fields.add("rationale_tokens", learned.rationale_tokens, "T").between(1, 4096);
  fields.add("temperature", learned.temperature, "of sampling").between(0.01, 100);
  for (const char* key : {"rationale_tokens", "temperature"}) {
    if (!values.contains(key)) continue;
    try {
      fields.set(key, values.at(key).dump());
    } catch (const base::Error& error) {
      base::fail_data("model", "the training settings in {} are damaged: {}", model.origin, error.what());
    }
  }
  return learned;
}

}  // namespace r2rank::learn
