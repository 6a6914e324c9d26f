#include "learn/model_folder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "learn/tensor_file.h"
#include "model/format/model_writer.h"

namespace r2rank::learn {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "r2rank-model";
constexpr int kFormatVersion = 2;  // 2: with signals; others are written as version 1
constexpr const char* kCard = "r2rank.json";
constexpr const char* kExtra = "extra.safetensors";
constexpr const char* kSignals = "signals";

bool is_adapter(const model::Parameter& parameter) {
  return parameter.name().find(".lora_") != std::string::npos;
}

bool is_extra(const model::Parameter& parameter) {
  return parameter.kind == model::ParameterKind::kReadout || is_adapter(parameter);
}

const at::Tensor& master_of(const model::Parameter& parameter) {
  return parameter.master.defined() ? parameter.master : parameter.compute;
}

json config_to_json(const base::ConfigFields& fields) {
  return json::parse(fields.as_json());
}

void config_from_json(const json& values, base::ConfigFields& fields, const std::string& origin) {
  for (const auto& [key, value] : values.items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (value.is_array()) {
      const auto words = value.get<std::vector<std::string>>();
      text = fmt::format("{}", fmt::join(words, ","));
    }
    try {
      fields.set(key, text);
    } catch (const base::Error& error) {
      base::fail_data("model", "{}: {}", origin, error.what());
    }
  }
}

struct Card {
  text::PromptConfig prompt;
  model::ModelOptions options;
  bool has_adapters = false;  ///< the folder holds LoRA weights; else adapters asked for begin anew
  std::string training;
  std::optional<ModelSignals> signals;
};

/// Device, dtype and seed are the caller's; what belongs to the weights is the card's.
void take_model_fields(const json& values, model::ModelOptions& options, const std::string& origin) {
  base::ConfigFields fields;
  options.describe(fields);
  json kept = json::object();
  for (const char* key :
       {"tuning", "lora_rank", "lora_alpha", "lora_targets", "readout", "readout_hidden", "trained_layers"})
    if (values.contains(key)) kept[key] = values.at(key);
  config_from_json(kept, fields, origin);
}

void take_lora_fields(const model::ModelOptions& from, model::ModelOptions& to) {
  to.lora_rank = from.lora_rank;
  to.lora_alpha = from.lora_alpha;
  to.lora_targets = from.lora_targets;
}

template <class Config>
json values_of(Config config) {
  base::ConfigFields fields;
  config.describe(fields);
  return config_to_json(fields);
}

/// A setting of the caller's that the trained model does not work with must not be passed over in silence.
/// `own` holds the keys that are the model's; at its default a setting is not the caller's.
void refuse_others(const json& wanted, const json& own, const json& defaults, const base::Path& path) {
  for (const auto& [key, value] : own.items())
    if (wanted.at(key) != defaults.at(key) && wanted.at(key) != value)
      base::fail_usage("model",
                       "{} was trained with {} = {} and works only so, found {}; leave that setting out",
                       path.string(), key, value.dump(), wanted.at(key).dump());
}

void refuse_other_prompt(const text::PromptConfig& wanted, const text::PromptConfig& own,
                         const base::Path& path) {
  refuse_others(values_of(wanted), values_of(own), values_of(text::PromptConfig{}), path);
}

void refuse_other_readout(const model::ModelOptions& wanted, const model::ModelOptions& own,
                          bool has_adapters, const base::Path& path) {
  json kept = json::object();
  const json values = values_of(own);
  for (const char* key : {"readout", "readout_hidden"}) kept[key] = values.at(key);
  if (has_adapters)
    for (const char* key : {"lora_rank", "lora_alpha", "lora_targets", "trained_layers"})
      kept[key] = values.at(key);
  refuse_others(values_of(wanted), kept, values_of(model::ModelOptions{}), path);
}

const json& settings_of(const json& document, const char* key, const base::Path& path) {
  const json& settings = document.at(key);
  if (!settings.is_object())
    base::fail_data("model", "{} is damaged: expected an object as '{}', found {}", path.string(), key,
                    settings.type_name());
  return settings;
}

Card read_card(const base::Path& path, const model::ModelOptions& options) {
  Card card;
  card.options = options;
  try {
    const json document = base::parse_json(base::read_file(path), "model", path.string());
    base::check_format(document, kFormat, kFormatVersion, "model", path.string());
    base::ConfigFields prompt_fields;
    card.prompt.describe(prompt_fields);
    config_from_json(settings_of(document, "prompt", path), prompt_fields, path.string());
    const std::string wanted = options.tuning;
    card.options.trained_layers = 0;  // as cards without it mean
    take_model_fields(settings_of(document, "model", path), card.options, path.string());
    card.has_adapters = card.options.tuning == "lora";
    if (!card.has_adapters) card.options.trained_layers = options.trained_layers;
    refuse_other_readout(options, card.options, card.has_adapters, path);
    if (!card.has_adapters && wanted == "lora") take_lora_fields(options, card.options);
    // LoRA weights only make sense as LoRA; other models may be tuned further in any way.
    if (card.options.tuning != "lora" || wanted == "frozen")
      card.options.tuning = card.options.tuning == "lora" ? "lora" : wanted;
    card.training = document.at("training").dump();
    if (document.contains(kSignals))
      card.signals = read_signals(document.at(kSignals), path.parent_path() / kSignals, path);
  } catch (const json::exception& error) {
    base::fail_data("model", "{} is damaged: {}", path.string(), error.what());
  }
  return card;
}

/// Fills parameters from extra.safetensors. Errors: kData where one is missing or has another shape.
void read_extra(const base::Path& path, bool has_adapters, model::LanguageModel& model) {
  const TensorFile file(path);
  at::NoGradGuard no_grad;
  for (auto& parameter : model.parameters().all()) {
    if (!is_extra(parameter) || (is_adapter(parameter) && !has_adapters)) continue;
    const at::Tensor value = file.read(parameter.name(), parameter.compute.sizes());
    if (parameter.master.defined()) parameter.master.copy_(value);
    parameter.compute.copy_(value);
  }
}

std::vector<int32_t> reserved_tokens(const text::TokenizerData& data, int32_t end_of_turn) {
  std::vector<int32_t> reserved;
  for (const auto& [text, id] : data.special)
    if (id != end_of_turn) reserved.push_back(id);
  return reserved;
}

void connect(RankingModel& ranking, const text::PromptConfig& prompt) {
  ranking.tokenizer = std::make_unique<text::Tokenizer>(ranking.model->tokenizer);
  ranking.prompts = std::make_unique<text::PromptBuilder>(*ranking.tokenizer, prompt);
  ranking.model->set_verdict_tokens(ranking.prompts->yes(), ranking.prompts->no());
  rollout::PromptFrame frame{ranking.prompts->rationale_start(), ranking.prompts->cue(),
                             ranking.prompts->end_of_turn()};
  auto reserved = reserved_tokens(ranking.model->tokenizer, frame.end_of_turn);
  ranking.reasoner =
      std::make_unique<rollout::Reasoner>(*ranking.model, std::move(frame), std::move(reserved));
}

}  // namespace

base::Path model_path_of(const base::Path& path) {
  for (const char* inner : {"model", "checkpoint"})
    if (std::filesystem::exists(path / inner / kCard)) return path / inner;
  return path;
}

bool has_own_prompt(const base::Path& path) {
  return std::filesystem::exists(model_path_of(path) / kCard);
}

std::unique_ptr<RankingModel> open_ranking_model(const base::Path& path, const model::ModelOptions& options,
                                                 const text::PromptConfig& prompt) {
  auto ranking = std::make_unique<RankingModel>();
  const base::Path folder = model_path_of(path);
  ranking->origin = path.string();
  const model::ModelFiles files = model::open_model(folder);
  if (!std::filesystem::exists(folder / kCard)) {
    ranking->model = model::load_language_model(files, options);
    connect(*ranking, prompt);
    return ranking;
  }
  Card card = read_card(folder / kCard, options);
  refuse_other_prompt(prompt, card.prompt, path);
  ranking->model = model::load_language_model(files, card.options);
  if (card.signals) connect_signals(*ranking, std::move(*card.signals));
  read_extra(folder / kExtra, card.has_adapters, *ranking->model);
  ranking->training = card.training;
  connect(*ranking, card.prompt);
  return ranking;
}

void refuse_other_training(const RankingModel& ranking, const data::Dataset& dataset,
                           const data::Split& split) {
  if (ranking.training.empty()) return;
  const json training = json::parse(ranking.training);
  const auto text = [&](const char* key) {
    return training.is_object() && training.contains(key) && training.at(key).is_string()
               ? training.at(key).get<std::string>()
               : "";
  };
  if (text("dataset_hash") != dataset.hash || text("training_hash") == data::training_hash(split)) return;
  base::fail_usage(
      "model",
      "{} was trained on other events of this dataset than this split trains on, so that it may have seen "
      "what is held out here; use the split it was trained with, or train a model on this one",
      ranking.origin);
}

int64_t first_new_slate(const RankingModel& ranking, const std::string& dataset_hash,
                        const std::string& training_hash) {
  if (ranking.training.empty()) return 0;
  const json training = json::parse(ranking.training);
  if (!training.is_object() || training.value("dataset_hash", json()) != dataset_hash ||
      training.value("training_hash", json()) != training_hash)
    return 0;
  // Older versions wrote the slates of the last run alone; those of sft are trees.
  const json configuration = training.value("configuration", json::object());
  const bool of_sft = configuration.is_object() && configuration.contains("rationale_set");
  const json next = training.value("next_slate", of_sft ? json(0) : training.value("slates", json(0)));
  if (!next.is_number_integer() || next < 0 || next > (int64_t{1} << 53))
    base::fail_data("model", "the card of {} is damaged: expected a count of slates drawn, found {}",
                    ranking.origin, base::json_excerpt(next));
  return next.get<int64_t>();
}

void check_positions(const RankingModel& ranking, int64_t rationale_tokens) {
  const text::PromptConfig& prompt = ranking.prompts->config();
  const auto cue = static_cast<int64_t>(ranking.prompts->cue().size());
  const int64_t reason =
      rationale_tokens > 0
          ? rationale_tokens + static_cast<int64_t>(ranking.prompts->rationale_start().size())
          : 0;
  const int64_t longest = prompt.history_tokens + prompt.candidate_tokens + reason + cue;
  const int64_t most = ranking.model->transformer().max_positions();
  if (longest > most)
    base::fail_usage(
        "model",
        "history_tokens {} + candidate_tokens {} + the rationale's {} + the cue's {} exceed the {} positions "
        "of the model; lower one of the budgets",
        prompt.history_tokens, prompt.candidate_tokens, reason, cue, most);
}

void write_ranking_model(const RankingModel& ranking, const base::Path& folder, const std::string& training) {
  const model::LanguageModel& model = *ranking.model;
  TensorEntries weights, extra;
  for (const auto& parameter : model.parameters().all()) {
    const at::Tensor whole = master_of(parameter).detach();
    if (is_extra(parameter))
      extra.add(parameter.name(), whole);
    else
      for (const auto& part : parameter.parts) weights.add(part.name, whole.slice(0, part.begin, part.end));
  }
  model::write_model_files(model.config(), model.tokenizer, weights.all(), folder);
  model::write_safetensors(folder / kExtra, extra.all(), {});
  base::ConfigFields prompt_fields, model_fields;
  text::PromptConfig prompt = ranking.prompts->config();
  prompt.describe(prompt_fields);
  model::ModelOptions options = model.options();
  options.describe(model_fields);
  json card = {{"format", kFormat},
               {"version", ranking.signals ? kFormatVersion : 1},
               {"prompt", config_to_json(prompt_fields)},
               {"model", config_to_json(model_fields)},
               {"training", json::parse(training)}};
  if (ranking.signals) {
    std::filesystem::create_directories(folder / kSignals);
    card[kSignals] = write_signals(*ranking.signals, folder / kSignals);
  }
  base::write_file(folder / kCard, card.dump(2) + "\n");
}

std::string read_training(const base::Path& folder) {
  const base::Path path = folder / kCard;
  const json card = base::parse_json(base::read_file(path), "model", path.string());
  if (!card.is_object() || !card.contains("training"))
    base::fail_data("model", "{} is damaged: it says nothing of the training", path.string());
  return card.at("training").dump();
}

void rewrite_training(const base::Path& folder,
                      const std::function<std::string(const std::string&)>& account) {
  const base::Path path = folder / kCard;
  try {
    json card = base::parse_json(base::read_file(path), "model", path.string());
    card["training"] = json::parse(account(card.at("training").dump()));
    base::write_file(path, card.dump(2) + "\n");
  } catch (const json::exception& error) {
    base::fail_data("model", "{} is damaged: {}", path.string(), error.what());
  }
}

}  // namespace r2rank::learn
