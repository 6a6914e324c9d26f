#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace r2rank::model {

/// A forest of token paths in which every shared token stands once: history -> candidate -> rationale and
/// cue, several slates side by side. A node is a run of tokens; a path is the concatenation of the nodes from
/// a root to a node. Positions are counted along the path, as if each path stood alone. Nodes may have any
/// depth.
///
/// Tokens are packed in depth-first order of insertion: add() a node only under the last-added node or one of
/// its ancestors (or as a new root), so that all descendants of a node follow it without a gap.
class TokenTree {
 public:
  static constexpr int32_t kRoot = -1;

  struct Node {
    int32_t parent = kRoot;
    int64_t begin = 0;  ///< first token in the packed order
    int64_t length = 0;
    int64_t position = 0;     ///< of the first token along its path
    int64_t subtree_end = 0;  ///< one past the last packed token of this node and its descendants
  };

  /// Appends a node and returns its index. Empty runs are allowed. REQUIRES the order stated above.
  int32_t add(int32_t parent, std::span<const int32_t> tokens);

  int64_t size() const { return static_cast<int64_t>(tokens_.size()); }  ///< N packed tokens
  const std::vector<int32_t>& tokens() const { return tokens_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int32_t index) const { return nodes_[index]; }
  /// Packed index of the last token of the path that ends with this node (an empty node ends where its parent
  /// does).
  int64_t last_token(int32_t index) const;
  /// Packed indices of the whole path that ends with this node.
  std::vector<int64_t> path(int32_t index) const;

 private:
  std::vector<int32_t> tokens_;
  std::vector<Node> nodes_;
};

}  // namespace r2rank::model
