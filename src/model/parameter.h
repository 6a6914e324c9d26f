#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "model/packed_weight.h"

namespace r2rank::model {

/// What a parameter is, for the optimiser: matrices decay, vectors do not; the readout has its own learning
/// rate.
enum class ParameterKind { kMatrix, kVector, kReadout };

/// One weight of the model: the f32 master that is optimised and the copy that computes. In f32 mode both are
/// one tensor. Weights that are always multiplied together are stored fused (q, k and v; gate and up);
/// `parts` names their rows.
struct Parameter {
  struct Part {
    std::string name;            ///< Hugging Face name
    int64_t begin = 0, end = 0;  ///< rows of the fused tensor
  };

  std::vector<Part> parts;
  ParameterKind kind = ParameterKind::kMatrix;
  bool trainable = false;
  at::Tensor master;    ///< f32; undefined while frozen in bf16
  at::Tensor compute;   ///< compute type; a leaf that requires grad while trainable
  at::Tensor gradient;  ///< f32, sum over the backward passes of a step; undefined until the first one
  mutable PackedWeight packed;  ///< of compute, for products with it

  const std::string& name() const { return parts.front().name; }
  /// The running sum of gradients, made (zero) on first use.
  at::Tensor& gradient_sum();
};

/// Initial values: normal with mean 0, the same for the same seed and parameter name wherever it is made.
/// f32.
at::Tensor random_normal(const std::vector<int64_t>& shape, double deviation, uint64_t seed,
                         const std::string& name);

/// All parameters of a model in a fixed order. Addresses are stable.
class ParameterStore {
 public:
  /// Adds a parameter holding `value` (f32). In bf16 mode the compute copy is rounded from it.
  Parameter& add(std::vector<Parameter::Part> parts, ParameterKind kind, at::Tensor value,
                 at::ScalarType compute_type, bool trainable);

  std::deque<Parameter>& all() { return parameters_; }
  const std::deque<Parameter>& all() const { return parameters_; }
  std::vector<Parameter*> trainable();
  int64_t trainable_elements() const;

  /// Moves the autograd gradients of the compute copies into the f32 sums; call after every backward pass.
  void collect_gradients();
  void zero_gradients();
  /// Rounds masters into compute copies after an optimiser step and counts a new weight version.
  void publish();
  /// Grows with every change of the weights; caches are keyed by it.
  uint64_t version() const { return version_; }

 private:
  std::deque<Parameter> parameters_;
  uint64_t version_ = 1;
};

}  // namespace r2rank::model
