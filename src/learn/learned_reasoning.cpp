#include "learn/learned_reasoning.h"

#include <nlohmann/json.hpp>

#include "base/config.h"
#include "base/error.h"

namespace r2rank::learn {
namespace {

using nlohmann::json;

/// The settings of a training that taught to reason, or null.
json reasoning_settings(const json& card) {
  if (!card.is_object() || !card.contains("configuration")) return {};
  const json& values = card.at("configuration");
  if (!values.is_object()) return {};
  const bool taught = values.contains("rationale_set");  // by sft
  return taught || (values.contains("stage") && values.at("stage") == "rl") ? values : json();
}

std::optional<LearnedReasoning::Gate> gate_of(const json& card, const std::string& origin) {
  if (!card.contains("reason_gate")) return std::nullopt;
  const json& gate = card.at("reason_gate");
  const auto number = [&](const char* key) {
    if (!gate.is_object() || !gate.contains(key) || !gate.at(key).is_number() ||
        !(gate.at(key).get<double>() >= 0))
      base::fail_data("model", "the gate in {} is damaged: expected a number of 0 or more as '{}'", origin,
                      key);
    return gate.at(key).get<double>();
  };
  return LearnedReasoning::Gate{number("least_doubt"), number("share")};
}

}  // namespace

std::optional<LearnedReasoning> learned_reasoning(const RankingModel& model) {
  const json card = json::parse(model.training, nullptr, false);
  const json values = reasoning_settings(card);
  if (values.is_null()) return std::nullopt;
  LearnedReasoning learned;
  learned.gate = gate_of(card, model.origin);
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
