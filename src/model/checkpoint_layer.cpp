#include "model/checkpoint_layer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace r2rank::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Body = std::function<at::Tensor(const at::Tensor&)>;

struct BodyHolder : torch::CustomClassHolder {
  explicit BodyHolder(Body held) : body(std::move(held)) {}
  Body body;
};

struct Checkpoint : torch::autograd::Function<Checkpoint> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Body& body) {
    context->save_for_backward({x});
    context->saved_data["body"] = c10::IValue::make_capsule(c10::make_intrusive<BodyHolder>(body));
    return body(x);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto holder =
        c10::static_intrusive_pointer_cast<BodyHolder>(context->saved_data["body"].toCapsule());
    const at::Tensor x = context->get_saved_variables()[0].detach().requires_grad_(true);
    at::AutoGradMode grad_mode(true);
    const at::Tensor y = holder->body(x);
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), at::Tensor()};
  }
};

}  // namespace

at::Tensor checkpointed(const Body& body, const at::Tensor& x) {
  // Without an input that requires grad the graph would end here and the body's parameters would get nothing.
  return Checkpoint::apply(x.requires_grad() ? x : x.detach().requires_grad_(true), body);
}

}  // namespace r2rank::model
