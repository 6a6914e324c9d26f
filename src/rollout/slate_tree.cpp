#include "rollout/slate_tree.h"

#include <algorithm>

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

/// How many tokens of its history a slate finds in the tree, where it follows `before`.
int64_t shared_tokens(const PreparedSlate* before, const PreparedSlate& slate) {
  if (before == nullptr || slate.user < 0 || before->user != slate.user) return 0;
  const auto& a = before->pieces.history;
  const auto& b = slate.pieces.history;
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

/// Puts the histories of slates into a tree, cut where later ones part from them.
class HistoryPaths {
 public:
  HistoryPaths(model::TokenTree& tree, std::span<const PreparedSlate* const> slates)
      : tree_(tree), slates_(slates) {
    for (size_t b = 0; b < slates.size(); ++b)
      shared_.push_back(shared_tokens(b > 0 ? slates[b - 1] : nullptr, *slates[b]));
  }

  /// The node that the history of slate b ends with. Slates come in their order, each one's descendants
  /// before the next slate.
  int32_t add(size_t b) {
    if (shared_[b] == 0) path_.clear();
    while (!path_.empty() && path_.back().end > shared_[b]) path_.pop_back();
    const std::span<const int32_t> history = slates_[b]->pieces.history;
    int64_t begin = shared_[b];
    for (const int64_t end : cuts(b)) {
      const int32_t parent = path_.empty() ? model::TokenTree::kRoot : path_.back().node;
      path_.push_back({tree_.add(parent, history.subspan(begin, end - begin)), end});
      begin = end;
    }
    return path_.back().node;
  }

 private:
  struct Step {
    int32_t node;
    int64_t end;  // tokens of the history up to and including this node
  };

  /// Where the new nodes of slate b end, ascending. The last one is where its history does, unless that is
  /// the whole of what it shares.
  std::vector<int64_t> cuts(size_t b) const {
    const auto size = static_cast<int64_t>(slates_[b]->pieces.history.size());
    std::vector<int64_t> ends;
    if (size > shared_[b] || path_.empty()) ends.push_back(size);
    int64_t least = size;
    for (size_t later = b + 1; later < shared_.size() && least > shared_[b]; ++later) {
      const int64_t common = std::min(least, shared_[later]);
      if (common < least && common > shared_[b]) ends.push_back(common);
      least = common;
    }
    std::reverse(ends.begin(), ends.end());
    return ends;
  }

  model::TokenTree& tree_;
  std::span<const PreparedSlate* const> slates_;
  std::vector<int64_t> shared_;  // [slates] with the one before
  std::vector<Step> path_;       // of the slate added last
};

}  // namespace

SlateTree build_slate_tree(std::span<const PreparedSlate* const> slates, const PromptFrame& frame,
                           const std::vector<std::vector<std::vector<Rationale>>>& rationales,
                           bool silent_cue) {
  R2RANK_CHECK(rationales.empty() || rationales.size() == slates.size());
  SlateTree out;
  HistoryPaths histories(out.tree, slates);
  for (size_t b = 0; b < slates.size(); ++b) {
    const PreparedSlate& slate = *slates[b];
    const int32_t history = histories.add(b);
    for (int64_t i = 0; i < slate.candidates(); ++i) {
      const int32_t candidate = out.tree.add(history, slate.pieces.candidates[i]);
      out.candidate_nodes.push_back(candidate);
      out.candidate_last.push_back(out.tree.last_token(candidate));
      if (silent_cue) out.silent_last.push_back(out.tree.last_token(out.tree.add(candidate, frame.cue)));
      if (rationales.empty()) continue;
      for (const Rationale& rationale : rationales[b][i]) add_rationale(out, candidate, frame, rationale);
    }
  }
  return out;
}

int64_t slate_tokens(const PreparedSlate& slate, const PromptFrame& frame, int64_t rationales,
                     int64_t rationale_tokens, const PreparedSlate* before) {
  auto tokens = static_cast<int64_t>(slate.pieces.history.size()) - shared_tokens(before, slate);
  const auto cue = static_cast<int64_t>(frame.cue.size());
  const int64_t each = static_cast<int64_t>(frame.rationale_start.size()) + rationale_tokens + cue;
  for (const auto& candidate : slate.pieces.candidates)
    tokens += static_cast<int64_t>(candidate.size()) + cue + rationales * each;
  return tokens;
}

}  // namespace r2rank::rollout
