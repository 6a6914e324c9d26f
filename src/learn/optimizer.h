#pragma once

#include <vector>

#include "model/parameter.h"

namespace r2rank::learn {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8;
  double weight_decay = 0.01;  ///< of matrices; vectors and the readout do not decay
  double clip = 1.0;           ///< largest global gradient norm; 0 turns clipping off
};

/// AdamW (Loshchilov & Hutter 2019) over a model's trainable parameters, in f32 on the masters, in place.
class AdamW {
 public:
  AdamW(model::ParameterStore& parameters, AdamWOptions options);

  /// Global L2 norm of the collected gradients (before clipping).
  double gradient_norm() const;
  /// One step from the collected gradients at these learning rates; `norm` is gradient_norm(). Publishes new
  /// weights.
  void step(double learning_rate, double readout_learning_rate, double norm);

  int64_t steps() const { return steps_; }
  /// First and second moments of each trainable parameter, in the store's order; for checkpoints.
  std::vector<at::Tensor>& first_moments() { return first_; }
  std::vector<at::Tensor>& second_moments() { return second_; }
  void restore(int64_t steps) { steps_ = steps; }

 private:
  model::ParameterStore& store_;
  AdamWOptions options_;
  std::vector<model::Parameter*> parameters_;
  std::vector<at::Tensor> first_, second_;
  int64_t steps_ = 0;
};

/// Learning-rate factor at `progress` in [0, 1]: linear warm-up over the first `warm_up` share, then linear
/// decay to `floor`.
double schedule_factor(double progress, double warm_up, double floor);

}  // namespace r2rank::learn
