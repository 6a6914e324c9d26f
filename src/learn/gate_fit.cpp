#include "learn/gate_fit.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/stable_sort.h"

namespace r2rank::learn {
namespace {

/// Numbers of slates, the most doubtful first, that a gate may take: none, and up to each change of doubt.
std::vector<size_t> possible_sizes(std::span<const GateSample> sorted) {
  std::vector<size_t> sizes = {0};
  for (size_t n = 1; n <= sorted.size(); ++n)
    if (n == sorted.size() || sorted[n].doubt < sorted[n - 1].doubt) sizes.push_back(n);
  return sizes;
}

/// What reasoning adds on some of the slates, as a mean over all of them, and its standard error.
struct Gain {
  double mean = 0, error = 0;
};

Gain gain_of(std::span<const GateSample> some, size_t all) {
  double sum = 0, squares = 0;
  for (const auto& sample : some) {
    const double gain = sample.reasoned - sample.silent;
    sum += gain;
    squares += gain * gain;
  }
  const auto n = static_cast<double>(all);
  const double variance = n > 1 ? std::max(0.0, (squares - sum * sum / n) / (n - 1)) : 0;
  return {sum / n, std::sqrt(variance / n)};
}

/// As fit_gate() chooses it.
size_t chosen_size(std::span<const GateSample> sorted) {
  const auto sizes = possible_sizes(sorted);
  size_t best = 0;
  double most = 0;
  for (const size_t size : sizes)
    if (const double gain = gain_of(sorted.first(size), sorted.size()).mean; gain > most)
      best = size, most = gain;
  for (const size_t size : sizes) {
    if (size >= best) break;
    const Gain lost = gain_of(sorted.subspan(size, best - size), sorted.size());
    // A single slate's gain equals its standard error up to rounding: it is not given up.
    if (lost.mean < lost.error * (1 - 1e-9)) return size;
  }
  return best;
}

}  // namespace

ReasonGate fit_gate(std::vector<GateSample> samples) {
  ReasonGate gate;
  if (samples.empty()) return gate;
  samples = base::stable_sorted(std::move(samples),
                                [](const GateSample& a, const GateSample& b) { return a.doubt > b.doubt; });
  const size_t size = chosen_size(samples);
  if (size > 0) gate.least_doubt = samples[size - 1].doubt;
  const auto n = static_cast<double>(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    gate.silent += samples[i].silent / n;
    gate.reasoned += samples[i].reasoned / n;
    gate.gated += (i < size ? samples[i].reasoned : samples[i].silent) / n;
  }
  gate.share = static_cast<double>(size) / n;
  gate.slates = static_cast<int64_t>(samples.size());
  return gate;
}

}  // namespace r2rank::learn
