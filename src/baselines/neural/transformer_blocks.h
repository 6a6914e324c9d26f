#pragma once

#include <memory>
#include <vector>

#include "baselines/neural/dense_layers.h"
#include "baselines/neural/sequence_attention.h"

namespace r2rank::baselines {

/// Post-norm transformer blocks as RecBole 1.2.1 builds them for its sequential models: GELU, learned
/// positions from the oldest item on, a norm and dropout before the first block.
struct TransformerShape {
  int64_t width = 64;  ///< D
  int64_t layers = 2, heads = 2;
  int64_t inner = 256;  ///< of the feed-forward part
  double hidden_dropout = 0.5, attention_dropout = 0.5;
  bool causal = true;
};

/// How the parameters of the blocks begin.
struct TransformerDraws {
  FlatParameters::Draw weight, bias, gain, shift;
};

/// The blocks' parameters, within a FlatParameters that must outlive them.
class TransformerBlocks {
 public:
  /// Errors: kUsage where the heads do not divide the width.
  TransformerBlocks(FlatParameters& parameters, int64_t positions, const TransformerShape& shape,
                    const TransformerDraws& draws);

  void refresh();
  const TransformerShape& shape() const { return shape_; }
  const float* values() const { return parameters_->values(); }

 private:
  friend class TransformerBlocksPass;
  friend class TransformerBlockPass;
  struct Block {
    LinearLayer query, key_value, output, inner, outer;
    NormLayer after_attention, after_feed_forward;
  };
  void add_block(FlatParameters& parameters, const std::string& name, const TransformerDraws& draws);

  TransformerShape shape_;
  const FlatParameters* parameters_;
  int64_t positions_, position_place_;
  NormLayer embedding_norm_;
  std::vector<Block> blocks_;
};

/// One block in one pass: M queries at some places out of N tokens.
class TransformerBlockPass {
 public:
  TransformerBlockPass(const TransformerBlocks& blocks, size_t index);

  /// x [N, D] must stay until backward; returns [M, D].
  const std::vector<float>& forward(const PackedSequences& input, const std::vector<int64_t>& places,
                                    const std::vector<float>& x, const Dropout& dropout);
  /// From the gradient of forward's result, which it overwrites, to that of x.
  void backward(std::vector<float>& gradient, float* gradients, std::vector<float>& x_gradient);

 private:
  void feed_forward();
  void feed_forward_back(std::vector<float>& gradient, float* gradients);

  const TransformerBlocks& blocks_;
  const TransformerBlocks::Block& block_;
  SequenceAttention attention_;
  uint64_t site_;
  Dropout hidden_;
  const std::vector<float>* x_ = nullptr;
  const std::vector<int64_t>* places_ = nullptr;
  int64_t rows_ = 0;  // M
  NormLayer::Trace first_trace_, second_trace_;
  std::vector<float> selected_, queries_, context_, between_, out_;  // [M, D]
  std::vector<float> keys_values_, key_value_gradient_;              // [N, 2 D]
  std::vector<float> before_, activated_, inner_gradient_;           // [M, inner]
  std::vector<float> branch_, context_gradient_;                     // [M, D]
};

/// All blocks in one pass.
class TransformerBlocksPass {
 public:
  explicit TransformerBlocksPass(const TransformerBlocks& blocks);

  /// States [M, D] at `places` (ascending; must stay until backward) from the items' vectors x [N, D], which
  /// is overwritten. An inactive dropout drops nothing, another one the shape's rates.
  const std::vector<float>& forward(const PackedSequences& input, const std::vector<int64_t>& places,
                                    std::vector<float>& x, const Dropout& dropout);
  /// Replaces the gradient of the states [M, D] by that of the items' vectors [N, D].
  void backward(std::vector<float>& gradient, float* gradients);

 private:
  const TransformerBlocks& blocks_;
  std::vector<TransformerBlockPass> passes_;
  const PackedSequences* input_ = nullptr;
  Dropout hidden_;
  NormLayer::Trace embedding_trace_;
  std::vector<int64_t> all_;  // 0 .. N
  std::vector<float> below_;  // [N, D]
};

/// Zeroes a share of each row, by the row's number.
void drop_rows(const Dropout& dropout, float* values, int64_t rows, int64_t width);

}  // namespace r2rank::baselines
