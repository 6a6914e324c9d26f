#include "baselines/neural/flat_parameters.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/hash.h"

namespace r2rank::baselines {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

}  // namespace

int64_t FlatParameters::add(std::string name, std::vector<int64_t> shape, Draw draw) {
  R2RANK_CHECK(!values_.defined());
  int64_t count = 1;
  for (const int64_t length : shape) count *= length;
  entries_.push_back({std::move(name), std::move(shape), std::move(draw), size_, count});
  size_ += count;
  return entries_.back().place;
}

void FlatParameters::allocate(uint64_t seed) {
  values_ = at::empty({size_}, at::kFloat);
  for (const Entry& entry : entries_) {
    base::RandomStream stream(seed, base::Purpose::kInit, base::hash64(entry.name));
    float* out = values() + entry.place;
    for (int64_t i = 0; i < entry.count; ++i) out[i] = static_cast<float>(entry.draw(stream));
  }
  gradients_ = at::zeros({size_}, at::kFloat);
  first_ = at::zeros({size_}, at::kFloat);
  second_ = at::zeros({size_}, at::kFloat);
}

void FlatParameters::clear_gradients() {
  gradients_.zero_();
}

void FlatParameters::step(double learning_rate) {
  ++steps_;
  const auto steps = static_cast<double>(steps_);
  const auto rate = static_cast<float>(learning_rate / (1 - std::pow(kBeta1, steps)));
  const auto root_factor = static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, steps)));
  float *w = values(), *g = gradients(), *m = first_.data_ptr<float>(), *v = second_.data_ptr<float>();
  at::parallel_for(0, size_, 1 << 14, [&](int64_t begin, int64_t end) {
    constexpr auto kB1 = static_cast<float>(kBeta1), kB2 = static_cast<float>(kBeta2);
    constexpr auto kRest1 = static_cast<float>(1 - kBeta1), kRest2 = static_cast<float>(1 - kBeta2);
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
      m[i] = kB1 * m[i] + kRest1 * g[i];
      v[i] = kB2 * v[i] + kRest2 * g[i] * g[i];
      w[i] -= rate * m[i] / (std::sqrt(v[i]) * root_factor + static_cast<float>(kEpsilon));
    }
  });
}

void FlatParameters::keep() {
  kept_ = values_.clone();
}

void FlatParameters::restore() {
  R2RANK_CHECK(kept_.defined());
  values_.copy_(kept_);
}

NamedTensors FlatParameters::views(const at::Tensor& flat) const {
  NamedTensors all;
  for (const Entry& entry : entries_)
    all.emplace_back(entry.name, flat.narrow(0, entry.place, entry.count).view(entry.shape));
  return all;
}

FlatParameters::Draw constant_draw(double value) {
  return [value](base::RandomStream&) { return value; };
}

FlatParameters::Draw normal_draw(double deviation) {
  return [deviation](base::RandomStream& stream) { return stream.normal() * deviation; };
}

FlatParameters::Draw uniform_draw(double bound) {
  return [bound](base::RandomStream& stream) { return (2 * stream.uniform() - 1) * bound; };
}

FlatParameters::Draw xavier_normal_draw(int64_t a, int64_t b) {
  return normal_draw(std::sqrt(2 / static_cast<double>(a + b)));
}

FlatParameters::Draw xavier_uniform_draw(int64_t a, int64_t b) {
  return uniform_draw(std::sqrt(6 / static_cast<double>(a + b)));
}

}  // namespace r2rank::baselines
