#include "learn/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/error.h"
#include "model/profile.h"

namespace r2rank::learn {
namespace {

struct Coefficients {
  float beta1, beta2, epsilon, keep, step_size, inverse_sqrt_bias2, gradient_scale;
};

void update_on_cpu(at::Tensor& weight, const at::Tensor& gradient, at::Tensor& first, at::Tensor& second,
                   const Coefficients& c) {
  auto *w = weight.mutable_data_ptr<float>(), *m = first.mutable_data_ptr<float>(),
       *v = second.mutable_data_ptr<float>();
  const auto* g = gradient.const_data_ptr<float>();
  at::parallel_for(0, weight.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
      const float grad = g[i] * c.gradient_scale;
      m[i] = c.beta1 * m[i] + (1 - c.beta1) * grad;
      v[i] = c.beta2 * v[i] + (1 - c.beta2) * grad * grad;
      w[i] = w[i] * c.keep - c.step_size * m[i] / (std::sqrt(v[i]) * c.inverse_sqrt_bias2 + c.epsilon);
    }
  });
}

/// Parameters that share learning rate and weight decay, updated by one call.
struct FusedGroup {
  std::vector<at::Tensor> weights, gradients, first, second, steps;
};

void update_elsewhere(FusedGroup& group, double rate, double decay, double scale,
                      const AdamWOptions& options) {
  const at::Tensor divisor = at::full({}, 1 / scale, group.weights.front().options());
  at::_fused_adamw_(group.weights, group.gradients, group.first, group.second, {}, group.steps, rate,
                    options.beta1, options.beta2, decay, options.epsilon, false, false, divisor);
}

}  // namespace

AdamW::AdamW(model::ParameterStore& parameters, AdamWOptions options)
    : store_(parameters), options_(options), parameters_(parameters.trainable()) {
  for (const auto* parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter->master).detach());
    second_.push_back(at::zeros_like(parameter->master).detach());
  }
}

double AdamW::gradient_norm() const {
  double squares = 0;
  std::vector<at::Tensor> elsewhere;  // one wait for all of them
  for (const auto* parameter : parameters_) {
    if (!parameter->gradient.defined()) continue;
    const at::Tensor norm = parameter->gradient.norm();
    if (norm.device().is_cpu())
      squares += std::pow(norm.item<double>(), 2);
    else
      elsewhere.push_back(norm);
  }
  if (!elsewhere.empty()) squares += at::stack(elsewhere).to(at::kDouble).square().sum().item<double>();
  return std::sqrt(squares);
}

void AdamW::step(double learning_rate, double readout_learning_rate, double norm) {
  const model::Mark mark("AdamW");
  at::NoGradGuard no_grad;
  ++steps_;
  const double scale = options_.clip > 0 && norm > options_.clip ? options_.clip / (norm + 1e-6) : 1.0;
  const double bias1 = 1 - std::pow(options_.beta1, steps_), bias2 = 1 - std::pow(options_.beta2, steps_);
  std::map<std::pair<double, double>, FusedGroup> groups;  // by learning rate and weight decay
  for (size_t i = 0; i < parameters_.size(); ++i) {
    model::Parameter& parameter = *parameters_[i];
    const double rate =
        parameter.kind == model::ParameterKind::kReadout ? readout_learning_rate : learning_rate;
    const double decay = parameter.kind == model::ParameterKind::kMatrix ? options_.weight_decay : 0;
    const auto f = [](double value) { return static_cast<float>(value); };
    const Coefficients c{
        f(options_.beta1),       f(options_.beta2), f(options_.epsilon), f(1 - rate * decay), f(rate / bias1),
        f(1 / std::sqrt(bias2)), f(scale)};
    at::Tensor weight = parameter.master.detach();
    const at::Tensor gradient = parameter.gradient_sum();
    if (weight.device().is_cpu()) {
      update_on_cpu(weight, gradient, first_[i], second_[i], c);
      continue;
    }
    FusedGroup& group = groups[{rate, decay}];
    group.weights.push_back(weight);
    group.gradients.push_back(gradient);
    group.first.push_back(first_[i]);
    group.second.push_back(second_[i]);
    group.steps.push_back(at::full({}, static_cast<double>(steps_), weight.options()));
  }
  for (auto& [key, group] : groups) update_elsewhere(group, key.first, key.second, scale, options_);
  store_.publish();
}

double schedule_factor(double progress, double warm_up, double floor) {
  progress = std::clamp(progress, 0.0, 1.0);
  if (progress < warm_up) return progress / warm_up;
  return warm_up >= 1 ? 1.0 : 1.0 - (1.0 - floor) * (progress - warm_up) / (1.0 - warm_up);
}

}  // namespace r2rank::learn
