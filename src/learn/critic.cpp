#include "learn/critic.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

#include "base/error.h"

namespace r2rank::learn {
namespace {

model::Parameter* add(model::ParameterStore& store, const std::string& name, const at::Tensor& value,
                      at::Device device) {
  return &store.add({{name, 0, value.size(0)}}, model::ParameterKind::kReadout, value.to(device), at::kFloat,
                    true);
}

}  // namespace

Critic::Critic(int64_t width, int64_t hidden, const AdamWOptions& options, uint64_t seed, at::Device device)
    : w1_(add(parameters_, "critic.w1",
              model::random_normal({hidden, width}, 1.0 / std::sqrt(static_cast<double>(width)), seed,
                                   "critic.w1"),
              device)),
      w2_(add(parameters_, "critic.w2", at::zeros({2, hidden}, at::kFloat), device)),
      optimizer_(parameters_, options) {}

at::Tensor Critic::operator()(const at::Tensor& states, const std::vector<int64_t>& candidates) const {
  R2RANK_CHECK(std::accumulate(candidates.begin(), candidates.end(), int64_t{0}) == states.size(0));
  const at::Tensor h = states.detach().to(at::kFloat);                                        // [sum K, D]
  const at::Tensor values = at::linear(at::gelu(at::linear(h, w1_->compute)), w2_->compute);  // [sum K, 2]
  std::vector<at::Tensor> means;
  for (const at::Tensor& slate : values.split_with_sizes(candidates)) means.push_back(slate.mean(0));
  return at::stack(means);  // [slates, 2]
}

}  // namespace r2rank::learn
