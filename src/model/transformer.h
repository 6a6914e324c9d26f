#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/attention_plan.h"
#include "model/format/host_tensor.h"
#include "model/fused_ops.h"
#include "model/linear.h"
#include "model/parameter.h"

namespace r2rank::model {

/// The decoder blocks of the supported families (Llama, Qwen2, Qwen3) over packed tokens. It knows nothing of
/// tokenisation, prompts or slates. Parameters belong to the store it was built from.
class Transformer {
 public:
  /// Attention of layer l: q [N, heads, d], k and v [N, kv_heads, d] (rotated) -> [N, heads, d].
  using Attend =
      std::function<at::Tensor(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)>;

  struct Layer {
    Parameter* input_norm = nullptr;                 ///< [D]
    Linear qkv;                                      ///< [heads * d + 2 * kv_heads * d, D]
    Parameter *q_norm = nullptr, *k_norm = nullptr;  ///< [d], Qwen3 only
    Linear output;                                   ///< [D, heads * d]
    Parameter* post_norm = nullptr;                  ///< [D]
    Linear gate_up;                                  ///< [2 F, D]
    Linear down;                                     ///< [D, F]
  };

  Transformer(ModelConfig config, at::ScalarType compute_type, at::Device device);

  const ModelConfig& config() const { return config_; }
  at::ScalarType compute_type() const { return compute_type_; }
  at::Device device() const { return device_; }

  /// Positions a path may have: the model's, at most what the rotary tables hold.
  int64_t max_positions() const { return cos_.size(0); }

  /// The attention plan of a tree for this model, by the fastest method its type, width and device allow.
  std::shared_ptr<const AttentionPlan> plan(const TokenTree& tree) const;

  /// What is added to the embeddings of some packed tokens.
  struct Shifts {
    at::Tensor places;  ///< [n] int64, each once; undefined: none
    at::Tensor rows;    ///< [n, D] f32, differentiable
  };

  /// Final-norm states of every packed token of a tree, [N, D]. With `checkpoint`, activations inside a layer
  /// are not kept but computed again in the backward pass.
  at::Tensor states(const std::shared_ptr<const AttentionPlan>& plan, bool checkpoint,
                    const Shifts& shifts = {}) const;
  /// The same with the caller's own attention (decoding with a cache, capturing keys and values). tokens,
  /// positions [N] int64.
  at::Tensor states(const at::Tensor& tokens, const at::Tensor& positions, const Attend& attend,
                    bool checkpoint, const Shifts& shifts = {}) const;

  Parameter* embedding = nullptr;     ///< [V, D]
  Parameter* final_norm = nullptr;    ///< [D]
  Parameter* output_table = nullptr;  ///< [V, D]; the embedding itself where they are tied
  std::vector<Layer> layers;
  int64_t closed_layers = 0;  ///< so many of the first ones have nothing that is trained

 private:
  at::Tensor run_layer(int64_t index, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                       const Attend& attend) const;
  Qkv qkv_of(const Layer& layer, const at::Tensor& normed, const at::Tensor& cos,
             const at::Tensor& sin) const;
  at::Tensor attention_block(int64_t index, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                             const Attend& attend) const;

  ModelConfig config_;
  at::ScalarType compute_type_;
  at::Device device_;
  at::Tensor cos_, sin_;  // [max positions, d / 2] f32
};

/// Rotary tables cos, sin [positions, d / 2] of a configuration, with Llama 3's frequency scaling where it
/// asks for it.
std::pair<at::Tensor, at::Tensor> rotary_tables(const ModelConfig& config, int64_t positions);

}  // namespace r2rank::model
