#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "model/format/model_files.h"
#include "model/parameter.h"
#include "model/readout.h"
#include "model/signal_head.h"
#include "model/transformer.h"

namespace r2rank::model {

/// How a model is brought into memory.
struct ModelOptions {
  std::string dtype = "auto";   ///< auto, bf16, f32
  std::string device = "cpu";   ///< cpu, cuda
  std::string tuning = "full";  ///< full, lora, head (readout only), frozen
  int64_t lora_rank = 16;
  double lora_alpha = 32;
  std::vector<std::string> lora_targets = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                           "gate_proj", "up_proj", "down_proj"};
  std::string readout = "both";  ///< verdict, head, both
  int64_t readout_hidden = 1024;
  bool train_embedding = true;  ///< full tuning: the embedding (and tied output) too
  int64_t trained_layers = 0;   ///< full tuning, LoRA: the uppermost ones alone, and no embedding; 0: all
  int64_t layers = 0;           ///< of the weights' layers only so many, the lowest ones; 0: all
  int64_t seed = 7;
  bool int8_weights = false;  ///< products with weights rounded to int8; not for training

  void describe(base::ConfigFields& fields);
  /// dtype, device and int8_weights: what matters where nothing is trained.
  void describe_scoring(base::ConfigFields& fields);
};

/// Weights, transformer and readout of one model, and the tokenizer it came with.
class LanguageModel {
 public:
  /// Gives a weight by Hugging Face name and shape, f32; the seam between files, tests and random models.
  using WeightSource = std::function<at::Tensor(const std::string& name, const std::vector<int64_t>& shape)>;

  /// `whole` is what the source gives; config() has `options.layers` of its layers. Errors: kUsage when there
  /// are fewer, and for trained_layers above them.
  LanguageModel(const ModelConfig& whole, const WeightSource& source, const ModelOptions& options);
  LanguageModel(const LanguageModel&) = delete;
  LanguageModel& operator=(const LanguageModel&) = delete;

  const ModelConfig& config() const { return transformer_.config(); }
  const ModelOptions& options() const { return options_; }  ///< dtype resolved
  Transformer& transformer() { return transformer_; }
  const Transformer& transformer() const { return transformer_; }
  Readout& readout() { return readout_; }
  const Readout& readout() const { return readout_; }
  ParameterStore& parameters() { return parameters_; }
  const ParameterStore& parameters() const { return parameters_; }
  /// Adds the parameters "signals.*", always trainable: w = `start` [M], a network of so many hidden units
  /// over all `features` (0: none). REQUIRES: no head yet, features >= M >= 1.
  void add_signal_head(const std::vector<float>& start, int64_t features, int64_t hidden);
  const std::optional<SignalHead>& signal_head() const { return signal_head_; }
  /// Adds the parameter "signals.token" [D, features], which starts at zero and projects the features of a
  /// candidate into the embedding of its last token. REQUIRES: none yet.
  void add_signal_projection(int64_t features);
  const Parameter* signal_projection() const { return signal_projection_; }  ///< null without
  /// Sets the verdict tokens; REQUIRES ids within the vocabulary.
  void set_verdict_tokens(int32_t yes, int32_t no);

  /// Weights under Hugging Face names with LoRA merged, f32 on the CPU: what is saved. Readout and adapters
  /// are not in it.
  std::vector<std::pair<std::string, at::Tensor>> merged_weights() const;

  text::TokenizerData tokenizer;

 private:
  Parameter& add(const std::vector<std::string>& names, const WeightSource& source, ParameterKind kind,
                 bool trainable);
  /// Whether what is in this layer may be trained.
  bool is_open(int64_t layer) const;
  void add_adapters(Linear& linear);
  void add_layer(int64_t index, const WeightSource& source);
  void add_readout();
  void round_to_int8();

  ModelOptions options_;
  ParameterStore parameters_;
  Transformer transformer_;
  Readout readout_;
  std::optional<SignalHead> signal_head_;
  Parameter* signal_projection_ = nullptr;
  std::map<std::string, std::vector<int64_t>> shapes_;
};

/// Reads an opened model into memory. Errors: kData, kUsage, kResource.
std::unique_ptr<LanguageModel> load_language_model(const ModelFiles& files, const ModelOptions& options);
/// Saves weights (LoRA merged), configuration and tokenizer as a Hugging Face folder in bf16 or f32. With
/// `layers` only so many, the lowest ones, between embedding and output: a smaller model to be trained on.
/// Errors: kUsage for more layers than there are; kIo.
void save_language_model(const LanguageModel& model, const base::Path& folder, bool f32, bool overwrite,
                         int64_t layers = 0);

}  // namespace r2rank::model
