#pragma once

#include <vector>

#include "learn/optimizer.h"
#include "model/parameter.h"

namespace r2rank::learn {

/// What the mean rewards of a slate's sampled rankings are expected to be before any is drawn.
struct SlateValues {
  double silent = 0;    ///< of rankings by the silent scores
  double reasoned = 0;  ///< of rankings by the scores after rationales
};

/// The critic of `reinforce-pl` (ranking_baseline = critic; docs/method.md, "Gradient through the scores").
/// The values of a slate are the mean over its candidates of W2 GELU(W1 h), h the state its silent score is
/// read from, detached: the language model learns nothing from the critic. W2 starts at zero. An AdamW of its
/// own minimises (R - V)^2 / 2, R the mean reward of the rankings that were drawn.
class Critic {
 public:
  Critic(int64_t width, int64_t hidden, const AdamWOptions& options, uint64_t seed, at::Device device);
  Critic(const Critic&) = delete;
  Critic& operator=(const Critic&) = delete;

  /// states [sum K, D] of slates that have so many candidates each -> values [slates, 2] f32 (silent,
  /// reasoned). Differentiable in W1 and W2.
  at::Tensor operator()(const at::Tensor& states, const std::vector<int64_t>& candidates) const;

  model::ParameterStore& parameters() { return parameters_; }
  AdamW& optimizer() { return optimizer_; }

 private:
  model::ParameterStore parameters_;
  model::Parameter* w1_;  // [hidden, D]
  model::Parameter* w2_;  // [2, hidden]
  AdamW optimizer_;
};

}  // namespace r2rank::learn
