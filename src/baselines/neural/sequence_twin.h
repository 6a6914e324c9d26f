#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>

#include "baselines/neural/flat_parameters.h"
#include "baselines/neural/sequence_encoder.h"

namespace r2rank::baselines::testing {

/// The readable twins of the encoders: plain autograd on one sequence at a time, with the same parameters.
/// Without dropout.
class Twin {
 public:
  explicit Twin(const FlatParameters& parameters) {
    for (const auto& [name, value] : parameters.tensors())
      values_[name] = value.detach().clone().set_requires_grad(true);
  }

  const at::Tensor& at(const std::string& name) const { return values_.at(name); }
  at::Tensor linear(const at::Tensor& x, const std::string& name) const {
    return at::matmul(x, at(name + ".weight")) + at(name + ".bias");
  }
  at::Tensor norm(const at::Tensor& x, const std::string& name) const {
    const at::Tensor weight = at(name + ".weight");
    return at::layer_norm(x, weight.sizes(), weight, at(name + ".bias"), 1e-12);
  }
  at::Tensor items(const std::vector<int32_t>& rows) const {
    return at::index_select(at("items"), 0, at::tensor(rows).to(at::kLong));
  }

  /// Post-norm blocks over one sequence x [L, D].
  at::Tensor block(const at::Tensor& x, const std::string& name, int64_t heads, bool causal) const {
    const int64_t length = x.size(0), width = x.size(1);
    const auto split = [&](const at::Tensor& t) {
      return t.view({length, heads, width / heads}).transpose(0, 1);
    };
    const at::Tensor key_value = linear(x, name + "key_value");  // [L, 2 D]
    at::Tensor scores =
        at::matmul(split(linear(x, name + "query")), split(key_value.narrow(1, 0, width)).transpose(1, 2)) /
        std::sqrt(static_cast<double>(width / heads));  // [heads, L, L]
    if (causal) scores = scores.masked_fill(at::ones({length, length}, at::kBool).triu(1), -10000.0);
    const at::Tensor context = at::matmul(at::softmax(scores, -1), split(key_value.narrow(1, width, width)))
                                   .transpose(0, 1)
                                   .reshape({length, width});
    const at::Tensor y = norm(linear(context, name + "output") + x, name + "attention_norm");
    return norm(linear(at::gelu(linear(y, name + "inner")), name + "outer") + y, name + "feed_forward_norm");
  }

  at::Tensor transformer(const std::vector<int32_t>& rows, int64_t layers, int64_t heads, bool causal) const {
    at::Tensor x = norm(items(rows) + at("positions").narrow(0, 0, static_cast<int64_t>(rows.size())),
                        "embedding_norm");  // [L, D]
    for (int64_t i = 0; i < layers; ++i) x = block(x, "layer" + std::to_string(i) + ".", heads, causal);
    return x;
  }

  /// The state after the last of `rows`: their mean, weighted by blocks or evenly, as a direction.
  at::Tensor core(const std::vector<int32_t>& rows, int64_t layers, int64_t heads) const {
    at::Tensor weights = at::ones({static_cast<int64_t>(rows.size()), 1});
    if (layers > 0) weights = linear(transformer(rows, layers, heads, true), "weight");
    return direction((at::softmax(weights, 0) * items(rows)).sum(0));
  }
  static at::Tensor direction(const at::Tensor& x) { return x / x.norm(2, {-1}, true).clamp_min(1e-12); }

  at::Tensor masked_head(const at::Tensor& x) const { return norm(at::gelu(linear(x, "head")), "head_norm"); }

  at::Tensor gru(const std::vector<int32_t>& rows) const {
    const at::Tensor x = items(rows);                      // [L, D]
    const at::Tensor in = at::matmul(x, at("gru.input"));  // [L, 3 H]
    const int64_t hidden = at("gru.hidden").size(0);
    at::Tensor h = at::zeros({hidden});  // [H]
    std::vector<at::Tensor> states;
    for (int64_t t = 0; t < x.size(0); ++t) {
      const at::Tensor u = at::matmul(h, at("gru.hidden"));  // [3 H]
      const auto part = [&](const at::Tensor& all, int64_t i) { return all.narrow(-1, i * hidden, hidden); };
      const at::Tensor r = at::sigmoid(part(in[t], 0) + part(u, 0));
      const at::Tensor z = at::sigmoid(part(in[t], 1) + part(u, 1));
      const at::Tensor n = at::tanh(part(in[t], 2) + r * part(u, 2));
      h = (1 - z) * n + z * h;
      states.push_back(h);
    }
    return linear(at::stack(states), "dense");  // [L, D]
  }

  /// The state after the last of `rows`, by convolutions of its image of `length` rows.
  at::Tensor caser(std::vector<int32_t> rows, int32_t user, int64_t length) const {
    if (static_cast<int64_t>(rows.size()) > length) rows.erase(rows.begin(), rows.end() - length);
    const int64_t width = at("items").size(1);
    const auto padding = length - static_cast<int64_t>(rows.size());
    at::Tensor image = items(rows);  // [L, D]
    if (padding > 0) image = at::cat({image, at("items").narrow(0, 0, 1).expand({padding, width}).detach()});
    std::vector<at::Tensor> features = {
        (at::matmul(at("vertical.weight").t(), image) + at("vertical.bias").unsqueeze(1)).flatten()};
    for (int64_t h = 1; h <= length; ++h) {
      const std::string name = "horizontal" + std::to_string(h);
      const at::Tensor bias = at(name + ".bias");
      const at::Tensor weight = at(name + ".weight").view({width, h, bias.size(0)});  // [D, h, F]
      std::vector<at::Tensor> responses;
      for (int64_t top = 0; top + h <= length; ++top)
        responses.push_back((image.narrow(0, top, h).t().unsqueeze(2) * weight).sum(at::IntArrayRef({0, 1})) +
                            bias);
      features.push_back(std::get<0>(at::relu(at::stack(responses)).max(0)));
    }
    const at::Tensor z = at::relu(linear(at::cat(features), "first"));
    return at::relu(linear(at::cat({z, at("users")[user + 1]}), "second"));
  }
  at::Tensor caser_norms() const {
    at::Tensor sum = at::zeros({});
    for (const auto& [name, value] : values_)
      if (name.ends_with(".weight") || name == "items" || name == "users") sum = sum + value.norm();
    return sum;
  }

  /// Mean cross-entropy of states [T, D] over the first `classes` rows of the item table.
  at::Tensor loss(const at::Tensor& states, const std::vector<int32_t>& targets, int64_t classes,
                  double temperature = 0) const {
    at::Tensor table = at("items").narrow(0, 0, classes);  // [classes, D]
    if (temperature > 0) table = direction(table) / temperature;
    at::Tensor logits = at::matmul(states, table.t());  // [T, classes]
    if (values_.contains("bias")) logits = logits + at("bias");
    return at::cross_entropy_loss(logits, at::tensor(targets).to(at::kLong));
  }

 private:
  std::map<std::string, at::Tensor> values_;
};

}  // namespace r2rank::baselines::testing
