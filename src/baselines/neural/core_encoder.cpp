#include "baselines/neural/core_encoder.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "baselines/neural/row_maths.h"

namespace r2rank::baselines {
namespace {

constexpr float kTiny = 1e-12F;  // below it a length counts as this
constexpr uint64_t kHistorySite = 1001, kItemSite = 1002;
constexpr int64_t kGrain = 256;  // rows

/// x / |x| in place; returns 1 / |x|.
float normalise(float* x, int64_t width) {
  const float inverse = 1 / std::max(kTiny, std::sqrt(dot(x, x, width)));
  for (int64_t i = 0; i < width; ++i) x[i] *= inverse;
  return inverse;
}

/// From the gradient of x / |x| to that of x, in place.
void normalise_back(float* gradient, const float* direction, float inverse, int64_t width) {
  const float along = dot(gradient, direction, width);
  for (int64_t i = 0; i < width; ++i) gradient[i] = inverse * (gradient[i] - along * direction[i]);
}

class CoreEncoder : public SequenceEncoder {
 public:
  CoreEncoder(FlatParameters& parameters, int64_t items, int64_t positions, const CoreShape& shape)
      : shape_(shape), parameters_(parameters), items_(items) {
    // RecBole's CORE draws everything so, gains of norms included.
    const auto draw = uniform_draw(1 / std::sqrt(static_cast<double>(shape.blocks.width)));
    if (!shape.even_weights) {
      blocks_.emplace(parameters, positions, shape.blocks, TransformerDraws{draw, draw, draw, draw});
      weight_ = LinearLayer(parameters, "weight", shape.blocks.width, 1, draw, draw);
    }
    shared_ = parameters.size();
    item_place_ = parameters.add("items", {items + 1, shape.blocks.width}, draw);
  }

  int64_t width() const override { return shape_.blocks.width; }
  int64_t shared() const override { return shared_; }
  int64_t item_table() const override { return item_place_; }
  void refresh() override {
    if (!blocks_) return;
    blocks_->refresh();
    weight_.refresh(parameters_.values());
  }
  std::unique_ptr<EncoderPass> make_pass() const override;

  const float* output_table(const float* values, const Dropout& dropout) override {
    const int64_t rows = items_ + 1, width = shape_.blocks.width;
    output_.resize(rows * width);
    inverse_.resize(rows);
    item_dropout_ = dropout.active() ? dropout.with_rate(shape_.item_dropout).at_site(kItemSite) : Dropout();
    const auto sharpness = static_cast<float>(1 / shape_.temperature);
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        float* out = output_.data() + row * width;
        std::copy_n(values + item_place_ + row * width, width, out);
        item_dropout_.apply(out, width, row);
        inverse_[row] = normalise(out, width);
        for (int64_t i = 0; i < width; ++i) out[i] *= sharpness;
      }
    });
    return output_.data();
  }
  bool output_is_table() const override { return false; }
  void output_back(const float* output_gradients, float* gradients) const override {
    const int64_t rows = items_ + 1, width = shape_.blocks.width;
    const auto temperature = static_cast<float>(shape_.temperature);
    at::parallel_for(0, rows, kGrain, [&](int64_t begin, int64_t end) {
      std::vector<float> row(width), direction(width);
      for (int64_t r = begin; r < end; ++r) {
        for (int64_t i = 0; i < width; ++i) {
          row[i] = output_gradients[r * width + i] / temperature;
          direction[i] = output_[r * width + i] * temperature;
        }
        normalise_back(row.data(), direction.data(), inverse_[r], width);
        item_dropout_.apply(row.data(), width, r);
        add_into(gradients + item_place_ + r * width, row.data(), width);
      }
    });
  }

  const CoreShape& shape() const { return shape_; }
  const float* values() const { return parameters_.values(); }
  const TransformerBlocks* blocks() const { return blocks_ ? &*blocks_ : nullptr; }
  const LinearLayer& weight() const { return weight_; }

 private:
  CoreShape shape_;
  const FlatParameters& parameters_;
  int64_t items_, shared_ = 0, item_place_ = 0;
  std::optional<TransformerBlocks> blocks_;
  LinearLayer weight_;
  Dropout item_dropout_;
  std::vector<float> output_, inverse_;  // [items + 1, D]: directions over temperature; [items + 1]
};

class CorePass : public EncoderPass {
 public:
  explicit CorePass(const CoreEncoder& encoder) : encoder_(encoder), width_(encoder.width()) {
    if (encoder.blocks() != nullptr) blocks_.emplace(*encoder.blocks());
  }

  void forward(const PackedSequences& input, const Dropout& dropout, float* states) override {
    input_ = &input;
    history_dropout_ = dropout.active()
                           ? dropout.with_rate(encoder_.shape().history_dropout).at_site(kHistorySite)
                           : Dropout();
    gather_rows(input, encoder_.values() + encoder_.item_table(), width_, x_);
    drop_rows(history_dropout_, x_.data(), input.tokens(), width_);
    logits_.assign(input.tokens(), 0.0F);
    if (blocks_) {
      embedded_ = x_;
      all_.resize(input.tokens());
      std::iota(all_.begin(), all_.end(), int64_t{0});
      top_ = &blocks_->forward(input, all_, embedded_, dropout);
      encoder_.weight().forward(encoder_.values(), top_->data(), input.tokens(), logits_.data());
    }
    spans_.clear();
    weights_.clear();
    inverse_.clear();
    int64_t sequence = 0;
    for (const int64_t place : input.wanted) {
      while (input.starts[sequence + 1] <= place) ++sequence;
      mean(input.starts[sequence], place, states + static_cast<int64_t>(spans_.size()) * width_);
    }
    states_.assign(states, states + static_cast<int64_t>(spans_.size()) * width_);
  }

  void backward(const float* state_gradients, float* gradients) override {
    x_gradients_.assign(input_->tokens() * width_, 0.0F);
    std::vector<float> logit_gradients(input_->tokens(), 0.0F), row(width_), along;
    for (size_t i = 0; i < spans_.size(); ++i) {
      const auto& [first, last, place] = spans_[i];
      const float* weights = weights_.data() + place;
      std::copy_n(state_gradients + static_cast<int64_t>(i) * width_, width_, row.data());
      normalise_back(row.data(), states_.data() + static_cast<int64_t>(i) * width_, inverse_[i], width_);
      along.resize(last - first + 1);
      float expected = 0;
      for (int64_t j = first; j <= last; ++j) {
        along[j - first] = dot(row.data(), x_.data() + j * width_, width_);
        expected += weights[j - first] * along[j - first];
        add_scaled(x_gradients_.data() + j * width_, row.data(), weights[j - first], width_);
      }
      for (int64_t j = first; j <= last; ++j)
        logit_gradients[j] += weights[j - first] * (along[j - first] - expected);
    }
    if (blocks_) {
      top_gradients_.resize(input_->tokens() * width_);
      encoder_.weight().backward(top_->data(), logit_gradients.data(), input_->tokens(), gradients,
                                 top_gradients_.data(), false);
      blocks_->backward(top_gradients_, gradients);
      add_into(x_gradients_.data(), top_gradients_.data(), input_->tokens() * width_);
    }
    drop_rows(history_dropout_, x_gradients_.data(), input_->tokens(), width_);
  }

  void scatter(float* gradients) const override {
    scatter_rows(*input_, x_gradients_.data(), width_, gradients + encoder_.item_table());
  }

 private:
  struct Span {
    int64_t first, last, weights;
  };

  /// The direction of the mean of tokens first .. last, weighted by the softmax of their logits.
  void mean(int64_t first, int64_t last, float* state) {
    const auto place = static_cast<int64_t>(weights_.size());
    const float highest = *std::max_element(logits_.begin() + first, logits_.begin() + last + 1);
    float sum = 0;
    for (int64_t j = first; j <= last; ++j) {
      weights_.push_back(std::exp(logits_[j] - highest));
      sum += weights_.back();
    }
    std::fill_n(state, width_, 0.0F);
    for (int64_t j = first; j <= last; ++j) {
      weights_[place + j - first] /= sum;
      add_scaled(state, x_.data() + j * width_, weights_[place + j - first], width_);
    }
    inverse_.push_back(normalise(state, width_));
    spans_.push_back({first, last, place});
  }

  const CoreEncoder& encoder_;
  int64_t width_;
  std::optional<TransformerBlocksPass> blocks_;
  const PackedSequences* input_ = nullptr;
  const std::vector<float>* top_ = nullptr;  // [N, D]
  Dropout history_dropout_;
  std::vector<int64_t> all_;
  std::vector<Span> spans_;                                        // [T]
  std::vector<float> x_, embedded_, x_gradients_, top_gradients_;  // [N, D]
  std::vector<float> logits_, weights_, inverse_, states_;         // [N], by span, [T], [T, D]
};

std::unique_ptr<EncoderPass> CoreEncoder::make_pass() const {
  return std::make_unique<CorePass>(*this);
}

}  // namespace

std::unique_ptr<SequenceEncoder> make_core_encoder(FlatParameters& parameters, int64_t items,
                                                   int64_t positions, const CoreShape& shape) {
  return std::make_unique<CoreEncoder>(parameters, items, positions, shape);
}

}  // namespace r2rank::baselines
