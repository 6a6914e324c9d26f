#include "experiment/workload.h"

#include "base/random.h"

namespace r2rank::experiment {
namespace {

constexpr int32_t kCue = 3;

double triangle(double tokens) {
  return tokens * (tokens + 1) / 2;
}

}  // namespace

void Workload::describe(base::ConfigFields& fields) {
  fields.add("history_tokens", history, "H: tokens of the history").between(1, 100000);
  fields.add("candidates", candidates, "K: candidates of the slate").between(1, 1000);
  fields.add("candidate_tokens", candidate, "C: tokens of a candidate").between(1, 10000);
  fields.add("rationales", rationales, "G: rationales a candidate").between(1, 256);
  fields.add("rationale_tokens", rationale_tokens, "T: tokens of a rationale").between(1, 4096);
}

rollout::PreparedSlate make_slate(const Workload& workload, int64_t vocabulary, uint64_t seed) {
  base::RandomStream random(seed, base::Purpose::kBench);
  const auto tokens = [&](int64_t count) {
    std::vector<int32_t> made;
    for (int64_t i = 0; i < count; ++i)
      made.push_back(static_cast<int32_t>(random.below(static_cast<uint64_t>(vocabulary))));
    return made;
  };
  text::PromptPieces pieces;
  pieces.history = tokens(workload.history);
  std::vector<uint64_t> keys;
  for (int64_t i = 0; i < workload.candidates; ++i) {
    pieces.candidates.push_back(tokens(workload.candidate));
    keys.push_back(static_cast<uint64_t>(i));
  }
  std::vector<float> relevance(workload.candidates, 0);
  relevance.front() = 1;
  return rollout::canonical_slate(0, std::move(pieces), keys, relevance);
}

rollout::PromptFrame endless_frame() {
  return {.rationale_start = {}, .cue = {kCue}, .end_of_turn = -1};
}

ForwardFlop forward_flop(const model::ModelConfig& config) {
  const auto layers = static_cast<double>(config.layers), width = static_cast<double>(config.width);
  const double heads = static_cast<double>((2 * config.heads + 2 * config.kv_heads) * config.head_width);
  return {2 * layers * width * (heads + 3.0 * static_cast<double>(config.ffn_width)),
          2 * width * static_cast<double>(config.vocabulary),
          4 * layers * static_cast<double>(config.heads * config.head_width)};
}

double visible_pairs(const Workload& workload, int64_t rationales) {
  const auto h = static_cast<double>(workload.history), c = static_cast<double>(workload.candidate),
             t = static_cast<double>(workload.rationale_tokens);
  const double candidate = c * h + triangle(c);
  const double rationale = t * (h + c) + triangle(t);
  return triangle(h) +
         static_cast<double>(workload.candidates) * (candidate + static_cast<double>(rationales) * rationale);
}

}  // namespace r2rank::experiment
