#include "rollout/slate_tree.h"

#include "base/error.h"

namespace r2rank::rollout {
namespace {

void add_rationale(SlateTree& out, int32_t candidate, const PromptFrame& frame, const Rationale& rationale) {
  std::vector<int32_t> tokens = frame.rationale_start;
  tokens.insert(tokens.end(), rationale.tokens.begin(), rationale.tokens.end());
  tokens.insert(tokens.end(), frame.cue.begin(), frame.cue.end());
  const int64_t before = out.tree.last_token(candidate);
  const auto flat = static_cast<int64_t>(out.reasoned_last.size());
  const int32_t node = out.tree.add(candidate, tokens);
  const int64_t first = out.tree.node(node).begin + static_cast<int64_t>(frame.rationale_start.size());
  for (size_t t = 0; t < rationale.tokens.size(); ++t) {
    const bool at_node_start = frame.rationale_start.empty() && t == 0;
    out.predicted_from.push_back(at_node_start ? before : first + static_cast<int64_t>(t) - 1);
    out.predicted.push_back(rationale.tokens[t]);
    out.token_rationale.push_back(flat);
  }
  out.reasoned_last.push_back(rationale.malformed ? -1 : out.tree.last_token(node));
}

}  // namespace

SlateTree build_slate_tree(std::span<const PreparedSlate* const> slates, const PromptFrame& frame,
                           const std::vector<std::vector<std::vector<Rationale>>>& rationales,
                           bool silent_cue) {
  R2RANK_CHECK(rationales.empty() || rationales.size() == slates.size());
  SlateTree out;
  for (size_t b = 0; b < slates.size(); ++b) {
    const PreparedSlate& slate = *slates[b];
    const int32_t root = out.tree.add(model::TokenTree::kRoot, slate.pieces.history);
    for (int64_t i = 0; i < slate.candidates(); ++i) {
      const int32_t candidate = out.tree.add(root, slate.pieces.candidates[i]);
      out.candidate_last.push_back(out.tree.last_token(candidate));
      if (silent_cue) out.silent_last.push_back(out.tree.last_token(out.tree.add(candidate, frame.cue)));
      if (rationales.empty()) continue;
      for (const Rationale& rationale : rationales[b][i]) add_rationale(out, candidate, frame, rationale);
    }
  }
  return out;
}

int64_t slate_tokens(const PreparedSlate& slate, const PromptFrame& frame, int64_t rationales,
                     int64_t rationale_tokens) {
  auto tokens = static_cast<int64_t>(slate.pieces.history.size());
  const auto cue = static_cast<int64_t>(frame.cue.size());
  const int64_t each = static_cast<int64_t>(frame.rationale_start.size()) + rationale_tokens + cue;
  for (const auto& candidate : slate.pieces.candidates)
    tokens += static_cast<int64_t>(candidate.size()) + cue + rationales * each;
  return tokens;
}

}  // namespace r2rank::rollout
