#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "learn/model_folder.h"
#include "text/small_tokenizer.h"

namespace r2rank::learn {

/// For fuzz targets only. Of the tiny model only the readout head is trained, [2, 16] and [1, 2]: small
/// enough for seeds written by hand.
inline model::ModelOptions fuzz_options() {
  model::ModelOptions options;
  options.dtype = "f32";
  options.tuning = "head";
  options.readout_hidden = 2;
  return options;
}

/// For fuzz targets only: writes a tiny Hugging Face folder, whole and of a supported family, and opens it.
inline std::unique_ptr<RankingModel> open_fuzz_model(const base::Path& folder) {
  text::TokenizerData tokenizer = text::small_chat_tokenizer();
  tokenizer.eos = static_cast<text::TokenId>(tokenizer.tokens.size()) - 1;
  model::ModelConfig config;
  config.family = "llama";
  config.layers = 1;
  config.width = 16;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_width = 8;
  config.ffn_width = 24;
  config.vocabulary = static_cast<int64_t>(tokenizer.tokens.size());
  config.max_positions = 512;
  config.tied_embeddings = true;
  const auto constant = [](const std::string&, const std::vector<int64_t>& shape) {
    return at::full(shape, 0.01, at::kFloat);
  };
  model::LanguageModel model(config, constant, fuzz_options());
  model.tokenizer = std::move(tokenizer);
  model::save_language_model(model, folder, true, true);
  return open_ranking_model(folder, fuzz_options(), {});
}

}  // namespace r2rank::learn
