#include "model/linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/profile.h"

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A bf16 gradient of the whole table would lose repeated rows to rounding and cost V x D for a few hundred
/// tokens.
struct Embed : torch::autograd::Function<Embed> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& table, const at::Tensor& ids,
                            Parameter* parameter) {
    context->save_for_backward({ids});
    context->saved_data["parameter"] = reinterpret_cast<int64_t>(parameter);
    return table.index_select(0, ids);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    auto* parameter = reinterpret_cast<Parameter*>(context->saved_data["parameter"].toInt());
    const at::Tensor ids = context->get_saved_variables()[0];
    parameter->gradient_sum().index_add_(0, ids, gradients[0].to(at::kFloat));
    return {at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

/// y = x W^T + bias + residual. The gradient of the weight is summed in f32, straight into the parameter: it
/// is freed at once, and several passes of a step are not added up in bf16.
struct Product : torch::autograd::Function<Product> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& residual,
                            Parameter* parameter) {
    context->save_for_backward({x, weight});
    context->saved_data["parameter"] = reinterpret_cast<int64_t>(parameter);
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["residual"] = residual.has_value();
    return parameter->packed.product(weight, x, bias.value_or(at::Tensor()), residual.value_or(at::Tensor()));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    auto* parameter = reinterpret_cast<Parameter*>(context->saved_data["parameter"].toInt());
    const at::Tensor dy = gradients[0].contiguous();
    variable_list result(5);
    if (context->needs_input_grad(0)) result[0] = parameter->packed.transposed_product(saved[1], dy);
    if (parameter->trainable) {
      const Mark mark("weight gradients");
      parameter->gradient_sum().add_(at::mm(dy.t(), saved[0]));
    }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
      result[2] = dy.sum(0, false, at::kFloat).to(dy.scalar_type());
    if (context->saved_data["residual"].toBool()) result[3] = dy;
    return result;
  }
};

at::Tensor product(const at::Tensor& x, Parameter& weight, const Parameter* bias,
                   const at::Tensor& residual) {
  const at::Tensor added = bias == nullptr ? at::Tensor() : bias->compute;
  if (!at::GradMode::is_enabled())
    return weight.packed.product(weight.compute, x.contiguous(), added, residual);
  return Product::apply(x.contiguous(), weight.compute, given(added), given(residual), &weight);
}

}  // namespace

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return (*this)(x, {});
}

at::Tensor Linear::operator()(const at::Tensor& x, const at::Tensor& residual) const {
  if (adapters.empty()) return product(x, *weight, bias, residual);
  const at::Tensor y = product(x, *weight, bias, {});
  std::vector<at::Tensor> columns;
  int64_t at_column = 0;
  for (const auto& adapter : adapters) {
    if (adapter.begin > at_column) columns.push_back(y.slice(1, at_column, adapter.begin));
    const at::Tensor delta = at::linear(at::linear(x, adapter.a->compute), adapter.b->compute);
    columns.push_back(y.slice(1, adapter.begin, adapter.end) + delta * adapter.scale);
    at_column = adapter.end;
  }
  if (at_column < y.size(1)) columns.push_back(y.slice(1, at_column, y.size(1)));
  const at::Tensor adapted = columns.size() == 1 ? columns.front() : at::cat(columns, 1);
  return residual.defined() ? adapted + residual : adapted;
}

at::Tensor embed(Parameter& table, const at::Tensor& ids) {
  if (!table.trainable || !at::GradMode::is_enabled()) return table.compute.detach().index_select(0, ids);
  return Embed::apply(table.compute, ids, &table);
}

}  // namespace r2rank::model
