#include "model/parameter.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "base/hash.h"
#include "base/random.h"

namespace r2rank::model {

at::Tensor random_normal(const std::vector<int64_t>& shape, double deviation, uint64_t seed,
                         const std::string& name) {
  base::RandomStream random(seed, base::Purpose::kInit, base::hash64(name));
  at::Tensor values = at::empty(shape, at::kFloat);
  auto* data = values.data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<float>(random.normal() * deviation);
  return values;
}

at::Tensor& Parameter::gradient_sum() {
  if (!gradient.defined())
    gradient = at::zeros(compute.sizes(), compute.options().dtype(at::kFloat).requires_grad(false));
  return gradient;
}

Parameter& ParameterStore::add(std::vector<Parameter::Part> parts, ParameterKind kind, at::Tensor value,
                               at::ScalarType compute_type, bool trainable) {
  Parameter parameter;
  parameter.parts = std::move(parts);
  parameter.kind = kind;
  parameter.trainable = trainable;
  parameter.compute = compute_type == at::kFloat ? value.detach() : value.to(compute_type);
  if (trainable || compute_type == at::kFloat) parameter.master = std::move(value);
  parameter.compute.requires_grad_(trainable);
  return parameters_.emplace_back(std::move(parameter));
}

std::vector<Parameter*> ParameterStore::trainable() {
  std::vector<Parameter*> found;
  for (auto& parameter : parameters_)
    if (parameter.trainable) found.push_back(&parameter);
  return found;
}

int64_t ParameterStore::trainable_elements() const {
  int64_t count = 0;
  for (const auto& parameter : parameters_)
    if (parameter.trainable) count += parameter.compute.numel();
  return count;
}

void ParameterStore::collect_gradients() {
  for (auto& parameter : parameters_) {
    at::Tensor& pending = parameter.compute.mutable_grad();
    if (!pending.defined()) continue;
    parameter.gradient_sum().add_(pending);
    pending.reset();
  }
}

void ParameterStore::zero_gradients() {
  for (auto& parameter : parameters_) {
    parameter.compute.mutable_grad().reset();
    if (parameter.gradient.defined()) parameter.gradient.zero_();
  }
}

void ParameterStore::publish() {
  ++version_;
  at::NoGradGuard no_grad;
  for (auto& parameter : parameters_) {
    if (!parameter.trainable) continue;
    parameter.packed.clear();
    if (parameter.compute.scalar_type() != at::kFloat) parameter.compute.copy_(parameter.master);
  }
}

}  // namespace r2rank::model
