#include "baselines/neural/caser_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "baselines/neural/dense_layers.h"
#include "baselines/neural/row_product.h"

namespace r2rank::baselines {
namespace {

/// Horizontal filters of one height h, as columns by (place within the height, filter).
struct Height {
  int64_t weight, bias;  // [D, h F], [F]
};

struct Network {
  CaserShape shape;
  const FlatParameters* parameters = nullptr;
  int64_t vertical_weight = 0, vertical_bias = 0;  // [L, V], [V]
  std::vector<Height> heights;                     // [L]
  LinearLayer first, second;
  int64_t item_place = 0, user_place = 0;
  std::vector<std::vector<float>> transposed;       // of the heights' weights, [h F, D]
  std::vector<std::pair<int64_t, int64_t>> normed;  // place and size of what is regularised

  const float* values() const { return parameters->values(); }
  int64_t features() const { return shape.vertical * shape.width + shape.horizontal * shape.length; }
};

/// The image of one wanted place: tokens first .. first + filled, then padding.
struct Image {
  int64_t first, filled;
};

class CaserPass : public EncoderPass {
 public:
  explicit CaserPass(const Network& network)
      : network_(network),
        width_(network.shape.width),
        length_(network.shape.length),
        filters_(network.shape.horizontal),
        responses_(network.heights.size()) {}

  void forward(const PackedSequences& input, const Dropout& dropout, float* states) override {
    input_ = &input;
    dropout_ = dropout.active() ? dropout.with_rate(network_.shape.dropout) : Dropout();
    gather();
    features_.resize(count() * network_.features());
    best_.resize(count() * length_ * filters_);
    for (int64_t i = 0; i < count(); ++i) convolve(i);
    joined_.resize(count() * 2 * width_);
    hidden_.resize(count() * width_);
    network_.first.forward(network_.values(), features_.data(), count(), hidden_.data());
    for (int64_t i = 0; i < count(); ++i) {
      float* row = joined_.data() + i * 2 * width_;
      for (int64_t d = 0; d < width_; ++d) row[d] = std::max(0.0F, hidden_[i * width_ + d]);
      std::copy_n(network_.values() + network_.user_place + user_row(i) * width_, width_, row + width_);
    }
    network_.second.forward(network_.values(), joined_.data(), count(), states);
    for (int64_t i = 0; i < count() * width_; ++i) states[i] = std::max(0.0F, states[i]);
    states_.assign(states, states + count() * width_);
  }

  void backward(const float* state_gradients, float* gradients) override {
    std::vector<float> gradient(state_gradients, state_gradients + count() * width_);
    for (int64_t i = 0; i < count() * width_; ++i)
      if (states_[i] <= 0) gradient[i] = 0;
    joined_gradients_.resize(count() * 2 * width_);
    network_.second.backward(joined_.data(), gradient.data(), count(), gradients, joined_gradients_.data(),
                             false);
    for (int64_t i = 0; i < count(); ++i)
      for (int64_t d = 0; d < width_; ++d)
        gradient[i * width_ + d] = hidden_[i * width_ + d] > 0 ? joined_gradients_[i * 2 * width_ + d] : 0;
    feature_gradients_.resize(count() * network_.features());
    network_.first.backward(features_.data(), gradient.data(), count(), gradients, feature_gradients_.data(),
                            false);
    convolve_back(gradients);
  }

  void scatter(float* gradients) const override {
    for (int64_t i = 0; i < input_->tokens(); ++i) {
      if (input_->rows[i] == 0) continue;
      float* out = gradients + network_.item_place + input_->rows[i] * width_;
      for (int64_t d = 0; d < width_; ++d) out[d] += x_gradients_[i * width_ + d];
    }
    for (int64_t i = 0; i < count(); ++i) {
      float* out = gradients + network_.user_place + user_row(i) * width_;
      for (int64_t d = 0; d < width_; ++d) out[d] += joined_gradients_[(i * 2 + 1) * width_ + d];
    }
  }

 private:
  int64_t count() const { return static_cast<int64_t>(input_->wanted.size()); }
  int64_t padding() const { return input_->tokens(); }
  int64_t user_row(int64_t i) const { return input_->users[sequences_[i]] + 1; }
  /// The token at a place of an image.
  int64_t token(const Image& image, int64_t place) const {
    return place < image.filled ? image.first + place : padding();
  }

  /// All rows, the padding's last, and their products with every filter.
  void gather() {
    const int64_t rows = input_->tokens() + 1;
    x_.resize(rows * width_);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t row = i < padding() ? input_->rows[i] : 0;
      std::copy_n(network_.values() + network_.item_place + row * width_, width_, x_.data() + i * width_);
    }
    for (int64_t h = 1; h <= length_; ++h) {
      auto& responses = responses_[h - 1];
      responses.resize(rows * h * filters_);
      multiply(rows_of(x_.data(), width_), network_.values() + network_.heights[h - 1].weight, h * filters_,
               responses.data(), h * filters_, rows, h * filters_, width_, false);
    }
    images_.clear();
    sequences_.clear();
    int64_t sequence = 0;
    for (const int64_t place : input_->wanted) {
      while (input_->starts[sequence + 1] <= place) ++sequence;
      const int64_t first = std::max(input_->starts[sequence], place - length_ + 1);
      images_.push_back({first, place - first + 1});
      sequences_.push_back(sequence);
    }
  }

  void convolve(int64_t i) {
    float* features = features_.data() + i * network_.features();
    vertical(images_[i], features);
    for (int64_t h = 1; h <= length_; ++h) {
      float* out = features + network_.shape.vertical * width_ + (h - 1) * filters_;
      horizontal(images_[i], h, out, best_.data() + (i * length_ + h - 1) * filters_);
    }
    dropout_.apply(features, network_.features(), i);
  }

  void vertical(const Image& image, float* out) const {
    const int64_t filters = network_.shape.vertical;
    const float *weight = network_.values() + network_.vertical_weight,
                *bias = network_.values() + network_.vertical_bias;
    for (int64_t f = 0; f < filters; ++f) {
      std::fill_n(out + f * width_, width_, bias[f]);
      for (int64_t place = 0; place < length_; ++place) {
        const float* x = x_.data() + token(image, place) * width_;
        const float w = weight[place * filters + f];
        for (int64_t d = 0; d < width_; ++d) out[f * width_ + d] += w * x[d];
      }
    }
  }

  /// Highest response of each filter of height h; `best`: where, or -1 where no response is above 0.
  void horizontal(const Image& image, int64_t h, float* out, int32_t* best) {
    const float* bias = network_.values() + network_.heights[h - 1].bias;
    const float* responses = responses_[h - 1].data();
    std::fill_n(out, filters_, 0.0F);
    std::fill_n(best, filters_, -1);
    for (int64_t top = 0; top + h <= length_; ++top) {
      sum_.assign(bias, bias + filters_);
      for (int64_t o = 0; o < h; ++o) {
        const float* part = responses + (token(image, top + o) * h + o) * filters_;
        for (int64_t f = 0; f < filters_; ++f) sum_[f] += part[f];
      }
      for (int64_t f = 0; f < filters_; ++f) {
        if (sum_[f] <= out[f]) continue;
        out[f] = sum_[f];
        best[f] = static_cast<int32_t>(top);
      }
    }
  }

  void convolve_back(float* gradients) {
    const int64_t rows = input_->tokens() + 1;
    x_gradients_.assign(rows * width_, 0.0F);
    for (int64_t i = 0; i < count(); ++i) {
      dropout_.apply(feature_gradients_.data() + i * network_.features(), network_.features(), i);
      vertical_back(i, gradients);
    }
    for (int64_t h = 1; h <= length_; ++h) horizontal_back(h, gradients);
  }

  void vertical_back(int64_t i, float* gradients) {
    const int64_t filters = network_.shape.vertical;
    const float* weight = network_.values() + network_.vertical_weight;
    const float* gradient = feature_gradients_.data() + i * network_.features();
    for (int64_t f = 0; f < filters; ++f) {
      const float* row = gradient + f * width_;
      float sum = 0;
      for (int64_t d = 0; d < width_; ++d) sum += row[d];
      gradients[network_.vertical_bias + f] += sum;
      for (int64_t place = 0; place < length_; ++place) {
        const int64_t at = token(images_[i], place);
        const float *x = x_.data() + at * width_, w = weight[place * filters + f];
        float* x_gradient = x_gradients_.data() + at * width_;
        float along = 0;
#pragma omp simd reduction(+ : along)
        for (int64_t d = 0; d < width_; ++d) {
          along += row[d] * x[d];
          x_gradient[d] += w * row[d];
        }
        gradients[network_.vertical_weight + place * filters + f] += along;
      }
    }
  }

  void horizontal_back(int64_t h, float* gradients) {
    const int64_t rows = input_->tokens() + 1, columns = h * filters_;
    response_gradients_.assign(rows * columns, 0.0F);
    float* bias = gradients + network_.heights[h - 1].bias;
    for (int64_t i = 0; i < count(); ++i) {
      const float* gradient = feature_gradients_.data() + i * network_.features() +
                              network_.shape.vertical * width_ + (h - 1) * filters_;
      const int32_t* best = best_.data() + (i * length_ + h - 1) * filters_;
      for (int64_t f = 0; f < filters_; ++f) {
        if (best[f] < 0) continue;
        bias[f] += gradient[f];
        for (int64_t o = 0; o < h; ++o)
          response_gradients_[token(images_[i], best[f] + o) * columns + o * filters_ + f] += gradient[f];
      }
    }
    multiply(columns_of(x_.data(), width_), response_gradients_.data(), columns,
             gradients + network_.heights[h - 1].weight, columns, width_, columns, rows, true);
    multiply(rows_of(response_gradients_.data(), columns), network_.transposed[h - 1].data(), width_,
             x_gradients_.data(), width_, rows, width_, columns, true);
  }

  const Network& network_;
  int64_t width_, length_, filters_;  // D, L, F
  const PackedSequences* input_ = nullptr;
  Dropout dropout_;
  std::vector<Image> images_;                                       // [T]
  std::vector<int64_t> sequences_;                                  // [T]
  std::vector<float> x_, x_gradients_;                              // [N + 1, D]
  std::vector<std::vector<float>> responses_;                       // [L][N + 1, h F]
  std::vector<float> response_gradients_, sum_;                     // [N + 1, h F], [F]
  std::vector<float> features_, feature_gradients_;                 // [T, V D + F L]
  std::vector<int32_t> best_;                                       // [T, L, F]
  std::vector<float> hidden_, joined_, joined_gradients_, states_;  // [T, D], [T, 2 D]
};

class CaserEncoder : public SequenceEncoder {
 public:
  CaserEncoder(FlatParameters& parameters, int64_t items, int64_t users, const CaserShape& shape) {
    network_.shape = shape;
    network_.parameters = &parameters;
    const auto fan_in = [](int64_t inputs) {
      return uniform_draw(1 / std::sqrt(static_cast<double>(inputs)));
    };
    network_.vertical_weight =
        add_normed("vertical.weight", {shape.length, shape.vertical}, fan_in(shape.length), parameters);
    network_.vertical_bias = parameters.add("vertical.bias", {shape.vertical}, fan_in(shape.length));
    for (int64_t h = 1; h <= shape.length; ++h) {
      const auto draw = fan_in(h * shape.width);
      const std::string name = fmt::format("horizontal{}", h);
      const int64_t weight =
          add_normed(name + ".weight", {shape.width, h * shape.horizontal}, draw, parameters);
      network_.heights.push_back({weight, parameters.add(name + ".bias", {shape.horizontal}, draw)});
      network_.transposed.emplace_back(shape.width * h * shape.horizontal);
    }
    add_linear("first", network_.features(), network_.first, parameters);
    add_linear("second", 2 * shape.width, network_.second, parameters);
    shared_ = parameters.size();
    const auto table = normal_draw(1 / static_cast<double>(shape.width));
    network_.item_place = add_normed("items", {items + 1, shape.width}, table, parameters);
    network_.user_place = add_normed("users", {users + 1, shape.width}, table, parameters);
  }

  int64_t width() const override { return network_.shape.width; }
  int64_t shared() const override { return shared_; }
  int64_t item_table() const override { return network_.item_place; }
  void refresh() override {
    const CaserShape& shape = network_.shape;
    for (int64_t h = 1; h <= shape.length; ++h)
      transpose(network_.values() + network_.heights[h - 1].weight, shape.width, h * shape.horizontal,
                network_.transposed[h - 1].data());
    network_.first.refresh(network_.values());
    network_.second.refresh(network_.values());
  }
  std::unique_ptr<EncoderPass> make_pass() const override { return std::make_unique<CaserPass>(network_); }

  /// The weight times the sum of the plain norms.
  double regularise(float* gradients) const override {
    double sum = 0;
    for (const auto& [place, size] : network_.normed) {
      const float* values = network_.values() + place;
      double squares = 0;
      for (int64_t i = 0; i < size; ++i) squares += static_cast<double>(values[i]) * values[i];
      const double norm = std::sqrt(squares);
      if (norm == 0) continue;
      sum += norm;
      const auto factor = static_cast<float>(network_.shape.regularisation / norm);
      for (int64_t i = 0; i < size; ++i) gradients[place + i] += factor * values[i];
    }
    return network_.shape.regularisation * sum;
  }

 private:
  int64_t add_normed(const std::string& name, const std::vector<int64_t>& shape,
                     const FlatParameters::Draw& draw, FlatParameters& parameters) {
    const int64_t place = parameters.add(name, shape, draw);
    network_.normed.emplace_back(place, parameters.size() - place);
    return place;
  }
  void add_linear(const std::string& name, int64_t in, LinearLayer& layer, FlatParameters& parameters) {
    const int64_t out = network_.shape.width;
    layer = LinearLayer(parameters, name, in, out, xavier_normal_draw(in, out), constant_draw(0));
    network_.normed.emplace_back(layer.weight_place(), in * out);
  }

  Network network_;
  int64_t shared_ = 0;
};

}  // namespace

std::unique_ptr<SequenceEncoder> make_caser(FlatParameters& parameters, int64_t items, int64_t users,
                                            const CaserShape& shape) {
  return std::make_unique<CaserEncoder>(parameters, items, users, shape);
}

}  // namespace r2rank::baselines
