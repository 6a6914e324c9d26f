#include "learn/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

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

void update_elsewhere(at::Tensor& weight, const at::Tensor& gradient, at::Tensor& first, at::Tensor& second,
                      const Coefficients& c) {
  const at::Tensor grad = gradient * c.gradient_scale;
  first.mul_(c.beta1).add_(grad, 1 - c.beta1);
  second.mul_(c.beta2).addcmul_(grad, grad, 1 - c.beta2);
  weight.mul_(c.keep).addcdiv_(first, second.sqrt().mul_(c.inverse_sqrt_bias2).add_(c.epsilon), -c.step_size);
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
  for (const auto* parameter : parameters_)
    if (parameter->gradient.defined()) squares += std::pow(parameter->gradient.norm().item<double>(), 2);
  return std::sqrt(squares);
}

void AdamW::step(double learning_rate, double readout_learning_rate, double norm) {
  const model::Mark mark("AdamW");
  at::NoGradGuard no_grad;
  ++steps_;
  const double scale = options_.clip > 0 && norm > options_.clip ? options_.clip / (norm + 1e-6) : 1.0;
  const double bias1 = 1 - std::pow(options_.beta1, steps_), bias2 = 1 - std::pow(options_.beta2, steps_);
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
    if (weight.device().is_cpu())
      update_on_cpu(weight, gradient, first_[i], second_[i], c);
    else
      update_elsewhere(weight, gradient, first_[i], second_[i], c);
  }
  store_.publish();
}

double schedule_factor(double progress, double warm_up, double floor) {
  progress = std::clamp(progress, 0.0, 1.0);
  if (progress < warm_up) return progress / warm_up;
  return warm_up >= 1 ? 1.0 : 1.0 - (1.0 - floor) * (progress - warm_up) / (1.0 - warm_up);
}

}  // namespace r2rank::learn
