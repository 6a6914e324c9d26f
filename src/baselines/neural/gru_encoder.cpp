#include "baselines/neural/gru_encoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "baselines/neural/dense_layers.h"
#include "baselines/neural/element_maths.h"
#include "baselines/neural/row_product.h"

namespace r2rank::baselines {
namespace {

struct Network {
  GruShape shape;
  const FlatParameters* parameters = nullptr;
  int64_t in_place = 0, hidden_place = 0, item_place = 0;
  LinearLayer dense;
  std::vector<float> in_transposed, hidden_transposed;  // [3 H, D], [3 H, H]

  const float* values() const { return parameters->values(); }
};

/// Tokens in the order of time: all first ones, then all second ones, longest sequences in front, so that the
/// ones still running are always the first.
struct TimeOrder {
  std::vector<int64_t> active;  // [longest] sequences that run at step t
  std::vector<int64_t> first;   // [longest + 1] where step t begins
  std::vector<int64_t> place;   // [N] a token's place in this order

  void plan(const PackedSequences& input) {
    std::vector<int64_t> order(input.sequences());
    std::iota(order.begin(), order.end(), int64_t{0});
    const auto length = [&](int64_t s) { return input.starts[s + 1] - input.starts[s]; };
    std::sort(order.begin(), order.end(),
              [&](int64_t a, int64_t b) { return length(a) != length(b) ? length(a) > length(b) : a < b; });
    active.clear();
    first.assign(1, 0);
    place.resize(input.tokens());
    const int64_t longest = order.empty() ? 0 : length(order[0]);
    for (int64_t t = 0; t < longest; ++t) {
      int64_t running = 0;
      for (; running < input.sequences() && length(order[running]) > t; ++running)
        place[input.starts[order[running]] + t] = first.back() + running;
      active.push_back(running);
      first.push_back(first.back() + running);
    }
  }
  int64_t steps() const { return static_cast<int64_t>(active.size()); }
};

class GruPass : public EncoderPass {
 public:
  explicit GruPass(const Network& network)
      : network_(network), width_(network.shape.width), hidden_(network.shape.hidden) {}

  void forward(const PackedSequences& input, const Dropout& dropout, float* states) override {
    input_ = &input;
    dropout_ = dropout.active() ? dropout.with_rate(network_.shape.dropout) : Dropout();
    order_.plan(input);
    embed();
    const int64_t tokens = input.tokens();
    gates_.resize(tokens * 3 * hidden_);
    multiply(rows_of(x_.data(), width_), network_.values() + network_.in_place, 3 * hidden_, gates_.data(),
             3 * hidden_, tokens, 3 * hidden_, width_, false);
    before_.assign(tokens * hidden_, 0.0F);
    after_.resize(tokens * hidden_);
    candidate_.resize(tokens * hidden_);
    for (int64_t t = 0; t < order_.steps(); ++t) step(t);
    wanted_.resize(input.wanted.size() * hidden_);
    for (size_t i = 0; i < input.wanted.size(); ++i)
      std::copy_n(after_.data() + order_.place[input.wanted[i]] * hidden_, hidden_,
                  wanted_.data() + static_cast<int64_t>(i) * hidden_);
    network_.dense.forward(network_.values(), wanted_.data(), static_cast<int64_t>(input.wanted.size()),
                           states);
  }

  void backward(const float* state_gradients, float* gradients) override {
    const int64_t tokens = input_->tokens();
    wanted_back(state_gradients, gradients);
    gate_gradients_.resize(tokens * 3 * hidden_);
    recurrent_.resize(tokens * 3 * hidden_);
    carry_.assign(input_->sequences() * hidden_, 0.0F);
    for (int64_t t = order_.steps(); t-- > 0;) step_back(t);
    multiply(columns_of(before_.data(), hidden_), recurrent_.data(), 3 * hidden_,
             gradients + network_.hidden_place, 3 * hidden_, hidden_, 3 * hidden_, tokens, true);
    multiply(columns_of(x_.data(), width_), gate_gradients_.data(), 3 * hidden_,
             gradients + network_.in_place, 3 * hidden_, width_, 3 * hidden_, tokens, true);
    x_gradients_.resize(tokens * width_);
    multiply(rows_of(gate_gradients_.data(), 3 * hidden_), network_.in_transposed.data(), width_,
             x_gradients_.data(), width_, tokens, width_, 3 * hidden_, false);
  }

  void scatter(float* gradients) const override {
    std::vector<float> row(width_);
    for (int64_t i = 0; i < input_->tokens(); ++i) {
      if (input_->rows[i] == 0) continue;
      std::copy_n(x_gradients_.data() + order_.place[i] * width_, width_, row.data());
      dropout_.apply(row.data(), width_, i);
      float* out = gradients + network_.item_place + input_->rows[i] * width_;
      for (int64_t d = 0; d < width_; ++d) out[d] += row[d];
    }
  }

 private:
  void embed() {
    x_.resize(input_->tokens() * width_);
    for (int64_t i = 0; i < input_->tokens(); ++i) {
      float* row = x_.data() + order_.place[i] * width_;
      std::copy_n(network_.values() + network_.item_place + input_->rows[i] * width_, width_, row);
      dropout_.apply(row, width_, i);
    }
  }

  /// r, z and n of Cho et al. 2014 in the form of torch: n = tanh(W x + r (U h)), h' = (1 - z) n + z h. They
  /// take the place of the gates' inputs, for backward.
  void step(int64_t t) {
    const int64_t rows = order_.active[t], first = order_.first[t];
    float* before = before_.data() + first * hidden_;
    if (t > 0) std::copy_n(after_.data() + order_.first[t - 1] * hidden_, rows * hidden_, before);
    from_before_.resize(rows * 3 * hidden_);
    multiply(rows_of(before, hidden_), network_.values() + network_.hidden_place, 3 * hidden_,
             from_before_.data(), 3 * hidden_, rows, 3 * hidden_, hidden_, false);
    for (int64_t s = 0; s < rows; ++s) {
      float *r = gates_.data() + (first + s) * 3 * hidden_, *z = r + hidden_, *n = z + hidden_;
      const float* u = from_before_.data() + s * 3 * hidden_;
      float *h = after_.data() + (first + s) * hidden_, *c = candidate_.data() + (first + s) * hidden_;
#pragma omp simd
      for (int64_t i = 0; i < hidden_; ++i) {
        r[i] = sigmoid(r[i] + u[i]);
        z[i] = sigmoid(z[i] + u[hidden_ + i]);
        c[i] = u[2 * hidden_ + i];
        n[i] = hyperbolic_tangent(n[i] + r[i] * c[i]);
        h[i] = (1 - z[i]) * n[i] + z[i] * before[s * hidden_ + i];
      }
    }
  }

  void wanted_back(const float* state_gradients, float* gradients) {
    const auto count = static_cast<int64_t>(input_->wanted.size());
    std::vector<float> wanted_gradients(count * hidden_);
    network_.dense.backward(wanted_.data(), state_gradients, count, gradients, wanted_gradients.data(),
                            false);
    after_gradients_.assign(input_->tokens() * hidden_, 0.0F);
    for (int64_t i = 0; i < count; ++i) {
      float* out = after_gradients_.data() + order_.place[input_->wanted[i]] * hidden_;
      for (int64_t d = 0; d < hidden_; ++d) out[d] += wanted_gradients[i * hidden_ + d];
    }
  }

  void step_back(int64_t t) {
    const int64_t rows = order_.active[t], first = order_.first[t];
    for (int64_t s = 0; s < rows; ++s) {
      const int64_t at = first + s;
      const float *r = gates_.data() + at * 3 * hidden_, *z = r + hidden_, *n = z + hidden_;
      const float *c = candidate_.data() + at * hidden_, *before = before_.data() + at * hidden_;
      const float* h = after_gradients_.data() + at * hidden_;
      float *inputs = gate_gradients_.data() + at * 3 * hidden_,
            *hidden = recurrent_.data() + at * 3 * hidden_;
      float* carry = carry_.data() + s * hidden_;
#pragma omp simd
      for (int64_t i = 0; i < hidden_; ++i) {
        const float gradient = h[i] + carry[i];
        const float to_n = gradient * (1 - z[i]) * (1 - n[i] * n[i]);
        const float to_z = gradient * (before[i] - n[i]) * z[i] * (1 - z[i]);
        const float to_r = to_n * c[i] * r[i] * (1 - r[i]);
        inputs[i] = hidden[i] = to_r;
        inputs[hidden_ + i] = hidden[hidden_ + i] = to_z;
        inputs[2 * hidden_ + i] = to_n;
        hidden[2 * hidden_ + i] = to_n * r[i];
        carry[i] = gradient * z[i];
      }
    }
    multiply(rows_of(recurrent_.data() + first * 3 * hidden_, 3 * hidden_), network_.hidden_transposed.data(),
             hidden_, carry_.data(), hidden_, rows, hidden_, 3 * hidden_, true);
  }

  const Network& network_;
  int64_t width_, hidden_;  // D, H
  const PackedSequences* input_ = nullptr;
  Dropout dropout_;
  TimeOrder order_;
  std::vector<float> x_, x_gradients_;                     // [N, D] in the order of time, as all of:
  std::vector<float> gates_, gate_gradients_, recurrent_;  // [N, 3 H]
  std::vector<float> before_, after_, candidate_, after_gradients_;  // [N, H]
  std::vector<float> from_before_, carry_, wanted_;                  // [S, 3 H], [S, H], [T, H]
};

class GruEncoder : public SequenceEncoder {
 public:
  GruEncoder(FlatParameters& parameters, int64_t items, const GruShape& shape) {
    const int64_t width = shape.width, hidden = shape.hidden;
    network_.shape = shape;
    network_.parameters = &parameters;
    network_.in_place =
        parameters.add("gru.input", {width, 3 * hidden}, xavier_uniform_draw(width, 3 * hidden));
    network_.hidden_place =
        parameters.add("gru.hidden", {hidden, 3 * hidden}, xavier_uniform_draw(hidden, 3 * hidden));
    const auto draw = uniform_draw(1 / std::sqrt(static_cast<double>(hidden)));
    network_.dense = LinearLayer(parameters, "dense", hidden, width, draw, draw);
    shared_ = parameters.size();
    network_.item_place = parameters.add("items", {items + 1, width}, xavier_normal_draw(items + 1, width));
    network_.in_transposed.resize(3 * hidden * width);
    network_.hidden_transposed.resize(3 * hidden * hidden);
  }

  int64_t width() const override { return network_.shape.width; }
  int64_t shared() const override { return shared_; }
  int64_t item_table() const override { return network_.item_place; }
  void refresh() override {
    const int64_t width = network_.shape.width, hidden = network_.shape.hidden;
    const float* values = network_.values();
    transpose(values + network_.in_place, width, 3 * hidden, network_.in_transposed.data());
    transpose(values + network_.hidden_place, hidden, 3 * hidden, network_.hidden_transposed.data());
    network_.dense.refresh(values);
  }
  std::unique_ptr<EncoderPass> make_pass() const override { return std::make_unique<GruPass>(network_); }

 private:
  Network network_;
  int64_t shared_ = 0;
};

}  // namespace

std::unique_ptr<SequenceEncoder> make_gru(FlatParameters& parameters, int64_t items, const GruShape& shape) {
  return std::make_unique<GruEncoder>(parameters, items, shape);
}

}  // namespace r2rank::baselines
