#include "baselines/neural/transformer_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "baselines/neural/element_maths.h"
#include "baselines/neural/row_maths.h"

namespace r2rank::baselines {
namespace {

constexpr double kNormEpsilon = 1e-12;

enum Site : uint64_t { kEmbedding, kAttention, kContext, kFeedForward, kSitesABlock };

}  // namespace

void drop_rows(const Dropout& dropout, float* values, int64_t rows, int64_t width) {
  if (!dropout.active()) return;
  for (int64_t r = 0; r < rows; ++r) dropout.apply(values + r * width, width, r);
}

TransformerBlocks::TransformerBlocks(FlatParameters& parameters, int64_t positions,
                                     const TransformerShape& shape, const TransformerDraws& draws)
    : shape_(shape), parameters_(&parameters), positions_(positions) {
  if (shape.width < 1 || shape.heads < 1 || shape.width % shape.heads != 0) {
    base::fail_usage("baseline", "expected a number of heads that divides the {} dimensions (found: {})",
                     shape.width, shape.heads);
  }
  position_place_ = parameters.add("positions", {positions, shape.width}, draws.weight);
  embedding_norm_ =
      NormLayer(parameters, "embedding_norm", shape.width, kNormEpsilon, draws.gain, draws.shift);
  for (int64_t i = 0; i < shape.layers; ++i) add_block(parameters, fmt::format("layer{}.", i), draws);
}

void TransformerBlocks::add_block(FlatParameters& parameters, const std::string& name,
                                  const TransformerDraws& draws) {
  const int64_t width = shape_.width;
  const auto linear = [&](const char* part, int64_t in, int64_t out) {
    return LinearLayer(parameters, name + part, in, out, draws.weight, draws.bias);
  };
  const auto norm = [&](const char* part) {
    return NormLayer(parameters, name + part, width, kNormEpsilon, draws.gain, draws.shift);
  };
  Block block;
  block.query = linear("query", width, width);
  block.key_value = linear("key_value", width, 2 * width);
  block.output = linear("output", width, width);
  block.after_attention = norm("attention_norm");
  block.inner = linear("inner", width, shape_.inner);
  block.outer = linear("outer", shape_.inner, width);
  block.after_feed_forward = norm("feed_forward_norm");
  blocks_.push_back(std::move(block));
}

void TransformerBlocks::refresh() {
  for (Block& block : blocks_)
    for (LinearLayer* linear : {&block.query, &block.key_value, &block.output, &block.inner, &block.outer})
      linear->refresh(values());
}

TransformerBlockPass::TransformerBlockPass(const TransformerBlocks& blocks, size_t index)
    : blocks_(blocks),
      block_(blocks.blocks_[index]),
      attention_({blocks.shape_.heads, blocks.shape_.width, blocks.shape_.causal}),
      site_(kSitesABlock * (index + 1)) {}

const std::vector<float>& TransformerBlockPass::forward(const PackedSequences& input,
                                                        const std::vector<int64_t>& places,
                                                        const std::vector<float>& x, const Dropout& dropout) {
  const TransformerShape& shape = blocks_.shape_;
  const int64_t width = shape.width, tokens = input.tokens();
  const float* values = blocks_.values();
  const bool on = dropout.active();
  const Dropout attention = on ? dropout.with_rate(shape.attention_dropout) : Dropout();
  hidden_ = on ? dropout.with_rate(shape.hidden_dropout) : Dropout();
  x_ = &x;
  places_ = &places;
  rows_ = static_cast<int64_t>(places.size());
  selected_.resize(rows_ * width);
  for (int64_t r = 0; r < rows_; ++r)
    std::copy_n(x.data() + places[r] * width, width, selected_.data() + r * width);
  queries_.resize(rows_ * width);
  keys_values_.resize(tokens * 2 * width);
  block_.query.forward(values, selected_.data(), rows_, queries_.data());
  block_.key_value.forward(values, x.data(), tokens, keys_values_.data());
  context_.resize(rows_ * width);
  attention_.forward(input, places, queries_.data(), keys_values_.data(),
                     attention.at_site(site_ + kAttention), context_.data());
  between_.resize(rows_ * width);
  block_.output.forward(values, context_.data(), rows_, between_.data());
  drop_rows(hidden_.at_site(site_ + kContext), between_.data(), rows_, width);
  add_into(between_.data(), selected_.data(), rows_ * width);
  block_.after_attention.forward(values, between_.data(), rows_, first_trace_);
  feed_forward();
  return out_;
}

void TransformerBlockPass::feed_forward() {
  const int64_t width = blocks_.shape_.width, inner = blocks_.shape_.inner;
  before_.resize(rows_ * inner);
  activated_.resize(rows_ * inner);
  block_.inner.forward(blocks_.values(), between_.data(), rows_, before_.data());
#pragma omp simd
  for (int64_t i = 0; i < rows_ * inner; ++i) activated_[i] = gelu(before_[i]);
  out_.resize(rows_ * width);
  block_.outer.forward(blocks_.values(), activated_.data(), rows_, out_.data());
  drop_rows(hidden_.at_site(site_ + kFeedForward), out_.data(), rows_, width);
  add_into(out_.data(), between_.data(), rows_ * width);
  block_.after_feed_forward.forward(blocks_.values(), out_.data(), rows_, second_trace_);
}

void TransformerBlockPass::backward(std::vector<float>& gradient, float* gradients,
                                    std::vector<float>& x_gradient) {
  const int64_t width = blocks_.shape_.width, tokens = static_cast<int64_t>(x_->size()) / width;
  feed_forward_back(gradient, gradients);
  block_.after_attention.backward(blocks_.values(), gradient.data(), rows_, first_trace_, gradients);
  branch_ = gradient;
  drop_rows(hidden_.at_site(site_ + kContext), branch_.data(), rows_, width);
  context_gradient_.resize(rows_ * width);
  block_.output.backward(context_.data(), branch_.data(), rows_, gradients, context_gradient_.data(), false);
  key_value_gradient_.assign(tokens * 2 * width, 0.0F);
  attention_.backward(queries_.data(), keys_values_.data(), context_gradient_.data(), branch_.data(),
                      key_value_gradient_.data());
  block_.query.backward(selected_.data(), branch_.data(), rows_, gradients, gradient.data(), true);
  x_gradient.resize(tokens * width);
  block_.key_value.backward(x_->data(), key_value_gradient_.data(), tokens, gradients, x_gradient.data(),
                            false);
  for (int64_t r = 0; r < rows_; ++r)
    add_into(x_gradient.data() + (*places_)[r] * width, gradient.data() + r * width, width);
}

void TransformerBlockPass::feed_forward_back(std::vector<float>& gradient, float* gradients) {
  const int64_t width = blocks_.shape_.width, inner = blocks_.shape_.inner;
  block_.after_feed_forward.backward(blocks_.values(), gradient.data(), rows_, second_trace_, gradients);
  branch_ = gradient;
  drop_rows(hidden_.at_site(site_ + kFeedForward), branch_.data(), rows_, width);
  inner_gradient_.resize(rows_ * inner);
  block_.outer.backward(activated_.data(), branch_.data(), rows_, gradients, inner_gradient_.data(), false);
#pragma omp simd
  for (int64_t i = 0; i < rows_ * inner; ++i) inner_gradient_[i] *= gelu_slope(before_[i]);
  block_.inner.backward(between_.data(), inner_gradient_.data(), rows_, gradients, gradient.data(), true);
}

TransformerBlocksPass::TransformerBlocksPass(const TransformerBlocks& blocks) : blocks_(blocks) {
  for (size_t i = 0; i < blocks.blocks_.size(); ++i) passes_.emplace_back(blocks, i);
}

const std::vector<float>& TransformerBlocksPass::forward(const PackedSequences& input,
                                                         const std::vector<int64_t>& places,
                                                         std::vector<float>& x, const Dropout& dropout) {
  const int64_t width = blocks_.shape_.width, tokens = input.tokens();
  input_ = &input;
  hidden_ = dropout.active() ? dropout.with_rate(blocks_.shape_.hidden_dropout) : Dropout();
  for (int64_t s = 0; s < input.sequences(); ++s) {
    const int64_t first = input.starts[s], length = input.starts[s + 1] - first;
    R2RANK_CHECK(length <= blocks_.positions_);
    add_into(x.data() + first * width, blocks_.values() + blocks_.position_place_, length * width);
  }
  blocks_.embedding_norm_.forward(blocks_.values(), x.data(), tokens, embedding_trace_);
  drop_rows(hidden_.at_site(kEmbedding), x.data(), tokens, width);
  all_.resize(tokens);
  std::iota(all_.begin(), all_.end(), int64_t{0});
  const std::vector<float>* states = &x;
  for (size_t i = 0; i < passes_.size(); ++i)
    states = &passes_[i].forward(input, i + 1 == passes_.size() ? places : all_, *states, dropout);
  return *states;
}

void TransformerBlocksPass::backward(std::vector<float>& gradient, float* gradients) {
  const int64_t width = blocks_.shape_.width;
  for (size_t i = passes_.size(); i-- > 0;) {
    passes_[i].backward(gradient, gradients, below_);
    std::swap(gradient, below_);
  }
  drop_rows(hidden_.at_site(kEmbedding), gradient.data(), input_->tokens(), width);
  blocks_.embedding_norm_.backward(blocks_.values(), gradient.data(), input_->tokens(), embedding_trace_,
                                   gradients);
  for (int64_t s = 0; s < input_->sequences(); ++s)
    add_into(gradients + blocks_.position_place_, gradient.data() + input_->starts[s] * width,
             (input_->starts[s + 1] - input_->starts[s]) * width);
}

}  // namespace r2rank::baselines
