#include "model/token_tree.h"

#include <algorithm>

#include "base/error.h"

namespace r2rank::model {

int32_t TokenTree::add(int32_t parent, std::span<const int32_t> tokens) {
  const int64_t begin = size();
  int64_t position = 0;
  if (parent != kRoot) {
    const Node& above = nodes_[parent];
    R2RANK_CHECK(above.subtree_end == begin);  // otherwise its descendants would not be contiguous
    position = above.position + above.length;
  }
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  nodes_.push_back({parent, begin, static_cast<int64_t>(tokens.size()), position, size()});
  for (int32_t ancestor = parent; ancestor != kRoot; ancestor = nodes_[ancestor].parent)
    nodes_[ancestor].subtree_end = size();
  return static_cast<int32_t>(nodes_.size()) - 1;
}

int64_t TokenTree::last_token(int32_t index) const {
  while (nodes_[index].length == 0) {
    index = nodes_[index].parent;
    R2RANK_CHECK(index != kRoot);
  }
  return nodes_[index].begin + nodes_[index].length - 1;
}

std::vector<int64_t> TokenTree::path(int32_t index) const {
  std::vector<int64_t> packed;
  for (; index != kRoot; index = nodes_[index].parent)
    for (int64_t t = nodes_[index].length; t > 0; --t) packed.push_back(nodes_[index].begin + t - 1);
  std::reverse(packed.begin(), packed.end());
  return packed;
}

}  // namespace r2rank::model
