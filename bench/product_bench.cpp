// Matrix products of SmolLM2-135M's shapes at a training pass's height: the peak that shares of it are stated
// against.

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

namespace {

/// Height, inner and outer size of x [m, k] times w [n, k] transposed.
void product(benchmark::State& state, at::ScalarType type) {
  const int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  const at::Tensor x = at::randn({m, k}).to(type), w = at::randn({n, k}).to(type);
  for (auto _ : state) benchmark::DoNotOptimize(at::linear(x, w).data_ptr());
  state.counters["GFLOP/s"] = benchmark::Counter(2.0 * static_cast<double>(m * k * n) / 1e9,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void shapes(benchmark::internal::Benchmark* bench) {
  for (const int64_t m : {1, 20, 80, 512, 3072})
    for (const auto& [k, n] : {std::pair<int64_t, int64_t>{576, 960}, {576, 3072}, {1536, 576}})
      bench->Args({m, k, n});
  bench->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(product, bf16, at::kBFloat16)->Apply(shapes);
BENCHMARK_CAPTURE(product, f32, at::kFloat)->Apply(shapes);

}  // namespace
