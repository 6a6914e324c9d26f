#include <algorithm>
#include <queue>

#include "text/bpe.h"

namespace r2rank::text {
namespace {

struct Proposal {
  int32_t rank;
  uint32_t at;  // index of the left token
  TokenId left, right, token;

  bool operator<(const Proposal& other) const {  // the queue's top is the greatest
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

/// The tokens as a doubly linked list inside an array, so that a merge costs O(1).
class MergeQueue {
 public:
  MergeQueue(const MergeTable& merges, const std::vector<TokenId>& tokens)
      : merges_(merges), nodes_(tokens.size()) {
    for (uint32_t i = 0; i < nodes_.size(); ++i)
      nodes_[i] = {tokens[i], i == 0 ? kEnd : i - 1, i + 1 < nodes_.size() ? i + 1 : kEnd};
    for (uint32_t i = 0; i + 1 < nodes_.size(); ++i) propose(i);
  }

  std::vector<TokenId> run() {
    while (!queue_.empty()) {
      const Proposal top = queue_.top();
      queue_.pop();
      if (is_current(top)) apply(top);
    }
    std::vector<TokenId> tokens;
    for (uint32_t i = 0; i != kEnd && i < nodes_.size(); i = nodes_[i].next)
      tokens.push_back(nodes_[i].token);
    return tokens;
  }

 private:
  static constexpr uint32_t kEnd = UINT32_MAX;
  static constexpr TokenId kGone = -1;
  struct Node {
    TokenId token;
    uint32_t previous, next;
  };

  void propose(uint32_t at) {
    const uint32_t next = nodes_[at].next;
    if (next == kEnd) return;
    const Merge merge = merges_.find(nodes_[at].token, nodes_[next].token);
    if (merge.rank != Merge::kNoMerge)
      queue_.push({merge.rank, at, nodes_[at].token, nodes_[next].token, merge.token});
  }

  bool is_current(const Proposal& proposal) const {
    const Node& node = nodes_[proposal.at];
    return node.token == proposal.left && node.next != kEnd && nodes_[node.next].token == proposal.right;
  }

  void apply(const Proposal& proposal) {
    Node& node = nodes_[proposal.at];
    Node& merged = nodes_[node.next];
    node.token = proposal.token;
    node.next = merged.next;
    merged.token = kGone;
    if (node.next != kEnd) nodes_[node.next].previous = proposal.at;
    if (node.previous != kEnd) propose(node.previous);
    propose(proposal.at);
  }

  const MergeTable& merges_;
  std::vector<Node> nodes_;
  std::priority_queue<Proposal> queue_;
};

}  // namespace

void merge_by_scanning(const MergeTable& merges, std::vector<TokenId>& tokens) {
  std::vector<Merge> pairs;  // pairs[i]: what tokens i and i + 1 merge into
  for (size_t i = 0; i + 1 < tokens.size(); ++i) pairs.push_back(merges.find(tokens[i], tokens[i + 1]));
  while (!pairs.empty()) {
    const auto best = std::min_element(pairs.begin(), pairs.end(),
                                       [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
    if (best->rank == Merge::kNoMerge) return;
    const auto at = best - pairs.begin();
    tokens[at] = best->token;
    tokens.erase(tokens.begin() + at + 1);
    pairs.erase(best);
    const auto pair_count = static_cast<std::ptrdiff_t>(pairs.size());
    if (at > 0) pairs[at - 1] = merges.find(tokens[at - 1], tokens[at]);
    if (at < pair_count) pairs[at] = merges.find(tokens[at], tokens[at + 1]);
  }
}

void merge_by_queue(const MergeTable& merges, std::vector<TokenId>& tokens) {
  tokens = MergeQueue(merges, tokens).run();
}

}  // namespace r2rank::text
