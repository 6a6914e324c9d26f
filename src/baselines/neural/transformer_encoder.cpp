#include "baselines/neural/transformer_encoder.h"

#include <algorithm>

#include "baselines/neural/element_maths.h"

namespace r2rank::baselines {
namespace {

constexpr double kNormEpsilon = 1e-12, kDeviation = 0.02;

TransformerDraws recbole_draws() {
  return {normal_draw(kDeviation), constant_draw(0), constant_draw(1), constant_draw(0)};
}

/// What BERT4Rec has between the last block and the scores.
struct Head {
  LinearLayer linear;
  NormLayer norm;
};

class TransformerEncoder : public SequenceEncoder {
 public:
  TransformerEncoder(FlatParameters& parameters, int64_t items, int64_t positions,
                     const TransformerShape& shape, bool with_head)
      : blocks_(parameters, positions, shape, recbole_draws()), with_head_(with_head) {
    const TransformerDraws draws = recbole_draws();
    if (with_head) {
      head_.linear = LinearLayer(parameters, "head", shape.width, shape.width, draws.weight, draws.bias);
      head_.norm = NormLayer(parameters, "head_norm", shape.width, kNormEpsilon, draws.gain, draws.shift);
    }
    shared_ = parameters.size();
    item_place_ = parameters.add("items", {items + (with_head ? 2 : 1), shape.width}, draws.weight);
    if (with_head) bias_place_ = parameters.add("bias", {items + 1}, draws.bias);
  }

  int64_t width() const override { return blocks_.shape().width; }
  int64_t shared() const override { return shared_; }
  int64_t item_table() const override { return item_place_; }
  int64_t bias() const override { return bias_place_; }
  void refresh() override {
    blocks_.refresh();
    if (with_head_) head_.linear.refresh(blocks_.values());
  }
  std::unique_ptr<EncoderPass> make_pass() const override;

  const TransformerBlocks& blocks() const { return blocks_; }
  const Head* head() const { return with_head_ ? &head_ : nullptr; }

 private:
  TransformerBlocks blocks_;
  bool with_head_;
  Head head_;
  int64_t shared_ = 0, item_place_ = 0, bias_place_ = -1;
};

class TransformerPass : public EncoderPass {
 public:
  explicit TransformerPass(const TransformerEncoder& encoder)
      : encoder_(encoder), head_(encoder.head()), blocks_(encoder.blocks()), width_(encoder.width()) {}

  void forward(const PackedSequences& input, const Dropout& dropout, float* states) override {
    input_ = &input;
    gather_rows(input, values() + encoder_.item_table(), width_, x_);
    top_ = &blocks_.forward(input, input.wanted, x_, dropout);
    std::copy_n(top_->data(), count() * width_, states);
    if (head_ == nullptr) return;
    before_head_.resize(count() * width_);
    head_->linear.forward(values(), top_->data(), count(), before_head_.data());
    for (int64_t i = 0; i < count() * width_; ++i) states[i] = gelu(before_head_[i]);
    head_->norm.forward(values(), states, count(), head_trace_);
  }

  void backward(const float* state_gradients, float* gradients) override {
    gradient_.assign(state_gradients, state_gradients + count() * width_);
    if (head_ != nullptr) head_back(gradients);
    blocks_.backward(gradient_, gradients);
  }

  void scatter(float* gradients) const override {
    scatter_rows(*input_, gradient_.data(), width_, gradients + encoder_.item_table());
  }

 private:
  int64_t count() const { return static_cast<int64_t>(input_->wanted.size()); }
  const float* values() const { return encoder_.blocks().values(); }

  void head_back(float* gradients) {
    head_->norm.backward(values(), gradient_.data(), count(), head_trace_, gradients);
    for (int64_t i = 0; i < count() * width_; ++i) gradient_[i] *= gelu_slope(before_head_[i]);
    std::vector<float> below(count() * width_);
    head_->linear.backward(top_->data(), gradient_.data(), count(), gradients, below.data(), false);
    gradient_ = std::move(below);
  }

  const TransformerEncoder& encoder_;
  const Head* head_;
  TransformerBlocksPass blocks_;
  int64_t width_;
  const PackedSequences* input_ = nullptr;
  const std::vector<float>* top_ = nullptr;
  NormLayer::Trace head_trace_;
  std::vector<float> x_, gradient_, before_head_;  // [N, D]; then [T, D]
};

std::unique_ptr<EncoderPass> TransformerEncoder::make_pass() const {
  return std::make_unique<TransformerPass>(*this);
}

}  // namespace

std::unique_ptr<SequenceEncoder> make_sasrec_encoder(FlatParameters& parameters, int64_t items,
                                                     int64_t positions, const TransformerShape& shape) {
  return std::make_unique<TransformerEncoder>(parameters, items, positions, shape, false);
}

std::unique_ptr<SequenceEncoder> make_bert4rec_encoder(FlatParameters& parameters, int64_t items,
                                                       int64_t positions, TransformerShape shape) {
  shape.causal = false;
  return std::make_unique<TransformerEncoder>(parameters, items, positions, shape, true);
}

}  // namespace r2rank::baselines
