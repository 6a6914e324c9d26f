// Attention over the token tree of one slate (history 256, 20 candidates of 48
// tokens, SmolLM2-135M's heads), by both methods in one run: what tree_attention.h chooses between.

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/tile_attention.h"
#include "model/tree_attention.h"

namespace r2rank::model {
namespace {

constexpr int64_t kHistory = 256, kCandidates = 20, kCandidate = 48, kHeads = 9, kKvHeads = 3, kWidth = 64;

TokenTree slate_tree() {
  TokenTree tree;
  const auto root = tree.add(TokenTree::kRoot, std::vector<int32_t>(kHistory, 1));
  for (int64_t i = 0; i < kCandidates; ++i) tree.add(root, std::vector<int32_t>(kCandidate, 1));
  return tree;
}

/// Multiply-adds counted twice: scores and mixing of every visible pair.
double forward_flop() {
  const double history = kHistory * (kHistory + 1) / 2.0,
               candidates = kCandidates * (kCandidate * kHistory + kCandidate * (kCandidate + 1) / 2.0);
  return 4 * (history + candidates) * kHeads * kWidth;
}

struct Inputs {
  at::Tensor q, k, v;
  explicit Inputs(int64_t tokens) {
    const auto make = [&](int64_t heads) {
      return at::randn({tokens, heads, kWidth}).to(at::kBFloat16).requires_grad_(true);
    };
    q = make(kHeads), k = make(kKvHeads), v = make(kKvHeads);
  }
};

void run(benchmark::State& state, AttentionMethod method, bool backward) {
  if (method == AttentionMethod::kTiles &&
      !tile_attention_available(at::kBFloat16, kWidth, kHeads / kKvHeads))
    return state.SkipWithError("this CPU has no AVX-512 with bf16 products");
  const TokenTree tree = slate_tree();
  const Inputs in(tree.size());
  const auto plan =
      std::make_shared<const AttentionPlan>(plan_attention(tree, at::kBFloat16, at::kCPU, method));
  const at::Tensor gradient = at::randn({tree.size(), kHeads, kWidth}).to(at::kBFloat16);
  for (auto _ : state) {
    const at::Tensor out = tree_attention(in.q, in.k, in.v, plan);
    if (backward) torch::autograd::backward({out}, {gradient});
    benchmark::DoNotOptimize(out.data_ptr());
  }
  state.counters["GFLOP/s"] = benchmark::Counter(forward_flop() * (backward ? 3.5 : 1) / 1e9,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void in_milliseconds(benchmark::internal::Benchmark* made) {
  made->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(run, cascade_forward, AttentionMethod::kCascade, false)->Apply(in_milliseconds);
BENCHMARK_CAPTURE(run, tiles_forward, AttentionMethod::kTiles, false)->Apply(in_milliseconds);
BENCHMARK_CAPTURE(run, cascade_both, AttentionMethod::kCascade, true)->Apply(in_milliseconds);
BENCHMARK_CAPTURE(run, tiles_both, AttentionMethod::kTiles, true)->Apply(in_milliseconds);

}  // namespace
}  // namespace r2rank::model
