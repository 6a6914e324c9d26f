#pragma once

#include <cstdint>
#include <vector>

#include "base/config.h"
#include "model/format/model_config.h"
#include "rollout/slate_prompts.h"
#include "rollout/slate_tree.h"

namespace r2rank::experiment {

/// Sizes of one slate's work, made of random tokens: what `bench` times. The defaults are the reference
/// workload W.
struct Workload {
  int64_t history = 256;          ///< H, tokens
  int64_t candidates = 20;        ///< K
  int64_t candidate = 48;         ///< C, tokens
  int64_t rationales = 4;         ///< G
  int64_t rationale_tokens = 64;  ///< T

  int64_t prompt_tokens() const { return history + candidates * candidate; }
  int64_t sequences() const { return candidates * rationales; }
  int64_t sampled_tokens() const { return sequences() * rationale_tokens; }

  void describe(base::ConfigFields& fields);
};

/// A slate of these sizes; the first candidate is the relevant one. Tokens depend on the seed alone.
rollout::PreparedSlate make_slate(const Workload& workload, int64_t vocabulary, uint64_t seed);

/// A cue of one token, no rationale start, and no token that ends a rationale: each takes its T tokens.
rollout::PromptFrame endless_frame();

/// Operations (a multiply-add is two) of products and attention, forward, for a model of this shape.
struct ForwardFlop {
  double block_token = 0;   ///< the blocks' products, for one token
  double output_token = 0;  ///< the output layer, for one token
  double visible_pair = 0;  ///< attention, for one (query, key) pair, all layers
};
ForwardFlop forward_flop(const model::ModelConfig& config);

/// (query, key) pairs that attention computes over the slate's tree, with `rationales` of T tokens each.
double visible_pairs(const Workload& workload, int64_t rationales);

}  // namespace r2rank::experiment
