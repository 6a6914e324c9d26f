#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "baselines/neural/table_file.h"

namespace r2rank::baselines {

/// The parameters of one model, side by side in one array, with their gradients in another: one pass of Adam
/// steps them all.
class FlatParameters {
 public:
  /// Draws one number; called in row-major order with a stream keyed by (seed, name).
  using Draw = std::function<double(base::RandomStream&)>;

  /// Adds a parameter and returns its place. All are added before allocate().
  int64_t add(std::string name, std::vector<int64_t> shape, Draw draw);
  void allocate(uint64_t seed);

  int64_t size() const { return size_; }
  float* values() { return values_.data_ptr<float>(); }
  const float* values() const { return values_.const_data_ptr<float>(); }
  float* gradients() { return gradients_.data_ptr<float>(); }
  void clear_gradients();
  /// Views by name, which share memory with values() / gradients().
  NamedTensors tensors() const { return views(values_); }
  NamedTensors gradient_tensors() const { return views(gradients_); }

  /// One step of Adam (Kingma & Ba 2015; betas 0.9 and 0.999, epsilon 1e-8) from gradients(). Any number of
  /// threads gives the same bits.
  void step(double learning_rate);
  /// Puts the values aside / returns to them.
  void keep();
  void restore();

 private:
  struct Entry {
    std::string name;
    std::vector<int64_t> shape;
    Draw draw;
    int64_t place, count;
  };
  NamedTensors views(const at::Tensor& flat) const;

  std::vector<Entry> entries_;
  int64_t size_ = 0, steps_ = 0;
  at::Tensor values_, gradients_, first_, second_, kept_;  // [size]
};

/// Draws: all `value`; normal with this standard deviation; uniform on (-bound, bound).
FlatParameters::Draw constant_draw(double value);
FlatParameters::Draw normal_draw(double deviation);
FlatParameters::Draw uniform_draw(double bound);
/// Glorot & Bengio 2010, for a matrix of these sizes.
FlatParameters::Draw xavier_normal_draw(int64_t a, int64_t b);
FlatParameters::Draw xavier_uniform_draw(int64_t a, int64_t b);

}  // namespace r2rank::baselines
