#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "data/split.h"
#include "learn/model_signals.h"
#include "model/language_model.h"
#include "rollout/reasoner.h"
#include "text/prompt.h"

namespace r2rank::learn {

/// A language model with everything that belongs to its scores: prompt, tokenizer, readout, reasoner. What
/// `train`, `eval` and `rank` work with. Members point into each other, so it never moves.
struct RankingModel {
  std::string origin;  ///< folder or file it came from
  std::unique_ptr<model::LanguageModel> model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  std::unique_ptr<text::PromptBuilder> prompts;
  std::unique_ptr<rollout::Reasoner> reasoner;
  std::string training;                      ///< "" for a base model, else a JSON object about its training
  std::optional<ModelSignals> signals = {};  ///< that it is trained with
};

/// Opens a GGUF file, a Hugging Face folder, one of our model folders, or a run folder (its model/ or its
/// checkpoint/). Our folders carry prompt, readout and adapters of their own; a base model uses `prompt` and
/// a readout head that starts at zero. Errors: kData, kIo; kUsage also where `prompt` sets what the folder's
/// own prompt has otherwise.
std::unique_ptr<RankingModel> open_ranking_model(const base::Path& path, const model::ModelOptions& options,
                                                 const text::PromptConfig& prompt);

/// Whether open_ranking_model() finds a prompt there: one of our folders, whose prompt then holds.
bool has_own_prompt(const base::Path& path);

/// Refuses budgets that a prompt could fill beyond the model's positions: said at once, not at the step that
/// meets such a prompt. `rationale_tokens` is 0 where none are written. Errors: kUsage.
void check_positions(const RankingModel& ranking, int64_t rationale_tokens);

/// Refuses a model that was trained on this dataset under another split: its training may have seen what is
/// held out here. Models of other datasets and base models pass. Errors: kUsage.
void refuse_other_training(const RankingModel& ranking, const data::Dataset& dataset,
                           const data::Split& split);

/// The number of the first training slate of this dataset and split that a model's training has not drawn: a
/// run that begins with it goes on there. 0 for a base model and for other data. Errors: kData.
int64_t first_new_slate(const RankingModel& ranking, const std::string& dataset_hash,
                        const std::string& training_hash);

/// What the card of a written model says of its training, a JSON object. Errors: kIo, kData.
std::string read_training(const base::Path& folder);
/// Replaces what the card of a written model says of its training, a JSON object, by what `account` makes of
/// it. Errors: kIo, kData.
void rewrite_training(const base::Path& folder,
                      const std::function<std::string(const std::string&)>& account);

/// Writes our model folder into an existing empty folder: a Hugging Face folder in f32 (base weights),
/// r2rank.json (prompt, readout, tuning), extra.safetensors (readout head, signal head and LoRA adapters),
/// signals/ where it is trained with some.
/// docs/formats.md. `training` is a JSON object.
void write_ranking_model(const RankingModel& model, const base::Path& folder, const std::string& training);

/// The folder inside a run (or the path itself) that holds the model files.
base::Path model_path_of(const base::Path& path);

}  // namespace r2rank::learn
