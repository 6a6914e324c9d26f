#include "model/linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

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

}  // namespace

at::Tensor Linear::operator()(const at::Tensor& x) const {
  at::Tensor y =
      bias == nullptr ? at::linear(x, weight->compute) : at::linear(x, weight->compute, bias->compute);
  if (adapters.empty()) return y;
  std::vector<at::Tensor> columns;
  int64_t at_column = 0;
  for (const auto& adapter : adapters) {
    if (adapter.begin > at_column) columns.push_back(y.slice(1, at_column, adapter.begin));
    const at::Tensor delta = at::linear(at::linear(x, adapter.a->compute), adapter.b->compute);
    columns.push_back(y.slice(1, adapter.begin, adapter.end) + delta * adapter.scale);
    at_column = adapter.end;
  }
  if (at_column < y.size(1)) columns.push_back(y.slice(1, at_column, y.size(1)));
  return columns.size() == 1 ? columns.front() : at::cat(columns, 1);
}

at::Tensor embed(Parameter& table, const at::Tensor& ids) {
  if (!table.trainable || !at::GradMode::is_enabled()) return table.compute.detach().index_select(0, ids);
  return Embed::apply(table.compute, ids, &table);
}

}  // namespace r2rank::model
