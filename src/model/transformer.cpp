#include "model/transformer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <numbers>

#include "base/error.h"
#include "model/checkpoint_layer.h"
#include "model/tile_attention.h"
#include "model/tree_attention.h"

namespace r2rank::model {
namespace {

/// Prompts of this program are a few hundred tokens; tables for a model's full context would be hundreds of
/// megabytes.
constexpr int64_t kMaxTablePositions = 8192;

double scaled_frequency(const ModelConfig& config, double frequency) {
  if (config.rope_factor == 1) return frequency;
  // Llama 3.1: long wavelengths are stretched by the factor, short ones kept, those between interpolated.
  const double wavelength = 2 * std::numbers::pi / frequency;
  const auto original = static_cast<double>(config.rope_original_positions);
  if (wavelength < original / config.rope_high_frequency) return frequency;
  if (wavelength > original / config.rope_low_frequency) return frequency / config.rope_factor;
  const double smooth = (original / wavelength - config.rope_low_frequency) /
                        (config.rope_high_frequency - config.rope_low_frequency);
  return (1 - smooth) * frequency / config.rope_factor + smooth * frequency;
}

}  // namespace

std::pair<at::Tensor, at::Tensor> rotary_tables(const ModelConfig& config, int64_t positions) {
  const int64_t half = config.head_width / 2;
  at::Tensor angles = at::empty({positions, half}, at::kDouble);
  auto* data = angles.data_ptr<double>();
  for (int64_t i = 0; i < half; ++i) {
    const double exponent = static_cast<double>(2 * i) / static_cast<double>(config.head_width);
    // The reference keeps frequencies and angles in f32; following it keeps long positions equal.
    const auto frequency =
        static_cast<float>(scaled_frequency(config, 1.0 / std::pow(config.rope_base, exponent)));
    for (int64_t p = 0; p < positions; ++p) data[p * half + i] = static_cast<float>(p) * frequency;
  }
  return {angles.cos().to(at::kFloat), angles.sin().to(at::kFloat)};
}

Transformer::Transformer(ModelConfig config, at::ScalarType compute_type, at::Device device)
    : layers(config.layers), config_(std::move(config)), compute_type_(compute_type), device_(device) {
  std::tie(cos_, sin_) = rotary_tables(config_, std::min(config_.max_positions, kMaxTablePositions));
  cos_ = cos_.to(device);
  sin_ = sin_.to(device);
}

std::shared_ptr<const AttentionPlan> Transformer::plan(const TokenTree& tree) const {
  const bool tiles = device_.is_cpu() && tile_attention_available(compute_type_, config_.head_width,
                                                                  config_.heads / config_.kv_heads);
  return std::make_shared<const AttentionPlan>(plan_attention(
      tree, compute_type_, device_, tiles ? AttentionMethod::kTiles : AttentionMethod::kCascade));
}

at::Tensor Transformer::states(const std::shared_ptr<const AttentionPlan>& plan, bool checkpoint,
                               const Shifts& shifts) const {
  const Attend attend = [plan](int64_t, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return tree_attention(q, k, v, plan);
  };
  return states(plan->tokens, plan->positions, attend, checkpoint, shifts);
}

at::Tensor Transformer::states(const at::Tensor& tokens, const at::Tensor& positions, const Attend& attend,
                               bool checkpoint, const Shifts& shifts) const {
  if (positions.numel() > 0 && positions.max().item<int64_t>() >= max_positions())
    base::fail_usage("model",
                     "a prompt of {} tokens exceeds the {} positions that this model and program allow; "
                     "lower history_items or the "
                     "token budgets",
                     positions.max().item<int64_t>() + 1, max_positions());
  const at::Tensor cos = cos_.index_select(0, positions),
                   sin = sin_.index_select(0, positions);  // [N, d / 2]
  at::Tensor x = embed(*embedding, tokens);                // [N, D]
  if (shifts.places.defined()) x = x.index_add(0, shifts.places, shifts.rows.to(x.scalar_type()));
  for (int64_t index = 0; index < config_.layers; ++index) {
    const auto layer = [this, index, cos, sin, attend](const at::Tensor& in) {
      return run_layer(index, in, cos, sin, attend);
    };
    const bool keeps_nothing = !at::GradMode::is_enabled() || (index < closed_layers && !x.requires_grad());
    x = checkpoint && !keeps_nothing ? checkpointed(layer, x) : layer(x);
  }
  return rms_norm(x, final_norm->compute, config_.norm_epsilon);
}

at::Tensor Transformer::run_layer(int64_t index, const at::Tensor& x, const at::Tensor& cos,
                                  const at::Tensor& sin, const Attend& attend) const {
  const Layer& layer = layers[index];
  const Normed middle = rms_norm_and_input(attention_block(index, x, cos, sin, attend),
                                           layer.post_norm->compute, config_.norm_epsilon);  // [N, D]
  return layer.down(swiglu(layer.gate_up(middle.normed)), middle.x);
}

Qkv Transformer::qkv_of(const Layer& layer, const at::Tensor& normed, const at::Tensor& cos,
                        const at::Tensor& sin) const {
  const at::Tensor packed = layer.qkv(normed);  // [N, (heads + 2 kv_heads) d]
  const int64_t rows = packed.size(0), d = config_.head_width, heads = config_.heads,
                kv_heads = config_.kv_heads;
  if (layer.q_norm == nullptr) return split_and_rotate(packed, cos, sin, heads, kv_heads);
  const auto split = packed.split_with_sizes({heads * d, kv_heads * d, kv_heads * d}, 1);
  const auto normalised = [&](const at::Tensor& part, int64_t count, const Parameter& norm) {
    return rms_norm(part.reshape({rows, count, d}), norm.compute, config_.norm_epsilon);
  };
  return {rotary(normalised(split[0], heads, *layer.q_norm), cos, sin),
          rotary(normalised(split[1], kv_heads, *layer.k_norm), cos, sin),
          split[2].reshape({rows, kv_heads, d})};
}

/// x + attention of x.
at::Tensor Transformer::attention_block(int64_t index, const at::Tensor& x, const at::Tensor& cos,
                                        const at::Tensor& sin, const Attend& attend) const {
  const Layer& layer = layers[index];
  const Normed input = rms_norm_and_input(x, layer.input_norm->compute, config_.norm_epsilon);
  const Qkv parts = qkv_of(layer, input.normed, cos, sin);
  const at::Tensor mixed = attend(index, parts.q, parts.k, parts.v);
  return layer.output(mixed.reshape({x.size(0), config_.heads * config_.head_width}), input.x);
}

}  // namespace r2rank::model
