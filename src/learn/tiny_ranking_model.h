#pragma once

// Test support: a tiny ranking model with weights by formula and a byte-level tokenizer, and a toy dataset in
// which one word of a title decides.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "data/split.h"
#include "data/test_support.h"
#include "learn/model_folder.h"
#include "model/golden_models.h"
#include "text/small_tokenizer.h"

namespace r2rank::learn::testing {

inline text::PromptConfig tiny_prompt() {
  text::PromptConfig prompt;
  prompt.instruction = "Chosen:\n";
  prompt.history_item = "{title}\n";
  prompt.question = "Next?";
  prompt.candidate = "{title}";
  prompt.cue = " =";
  prompt.rationale_start = "";
  prompt.history_items = 2;
  prompt.history_tokens = 256;  // the tiny model has 512 positions
  return prompt;
}

inline model::ModelOptions tiny_options(const std::string& tuning = "full") {
  model::ModelOptions options;
  options.dtype = "f32";
  options.tuning = tuning;
  if (tuning == "lora") {
    options.lora_rank = 2;
    options.lora_alpha = 4;
  }
  options.readout_hidden = 8;
  return options;
}

/// Writes a Hugging Face folder of a tiny model with random-looking weights.
inline void write_tiny_base(const base::Path& folder) {
  model::ModelConfig config = model::golden::tiny_config("llama");
  config.width = 16;
  config.heads = 2;
  config.kv_heads = 1;
  config.ffn_width = 24;
  config.max_positions = 512;
  auto tokenizer = text::small_chat_tokenizer();
  tokenizer.eos = static_cast<text::TokenId>(tokenizer.tokens.size()) - 1;
  config.vocabulary = static_cast<int64_t>(tokenizer.tokens.size());
  model::LanguageModel model(config, model::golden::formula_weight, tiny_options());
  model.tokenizer = std::move(tokenizer);
  model::save_language_model(model, folder, true, true);
}

/// Users who have chosen every red item, in different orders, so that every negative they are tested with is
/// blue (of those they train with one in nine is red: what is held out). Short histories, not trained on,
/// know the blue.
inline data::Dataset red_or_blue() {
  constexpr int32_t kUsers = 12, kRed = 8, kItems = 24, kBlueUsers = 6, kShort = 5;
  std::vector<std::vector<int32_t>> histories;
  for (int32_t user = 0; user < kUsers; ++user) {
    auto& history = histories.emplace_back();
    for (int32_t n = 0; n < kRed; ++n) history.push_back((n * 3 + user) % kRed);
  }
  for (int32_t user = 0; user < kBlueUsers; ++user) {
    auto& history = histories.emplace_back();
    for (int32_t n = 0; n < kShort; ++n) history.push_back(kRed + (3 * user + n) % (kItems - kRed));
  }
  data::Dataset dataset = data::testing::dataset_of(histories, kItems);
  for (int32_t item = 0; item < kItems; ++item)
    dataset.items[item].title = fmt::format("{}{}", item < kRed ? "red" : "blue", item);
  dataset.hash = data::dataset_hash(dataset);
  return dataset;
}

inline data::Split split_of(const data::Dataset& dataset) {
  data::SplitConfig config;
  config.negative_count = 4;
  return data::make_split(dataset, config);
}

inline std::unique_ptr<RankingModel> open_tiny(const base::Path& folder, const std::string& tuning = "full") {
  return open_ranking_model(folder, tiny_options(tuning), tiny_prompt());
}

}  // namespace r2rank::learn::testing
