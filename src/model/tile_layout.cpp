#include "model/tile_layout.h"

#include <algorithm>

#include "base/error.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

using Nodes = std::vector<TokenTree::Node>;
using TilesOf = std::vector<std::vector<int64_t>>;

TilesOf cut_keys(const Nodes& nodes, TileLayout& layout) {
  TilesOf of_node(nodes.size());
  for (size_t index = 0; index < nodes.size(); ++index)
    for (int64_t done = 0; done < nodes[index].length; done += kTileWidth) {
      const int64_t count = std::min(kTileWidth, nodes[index].length - done);
      of_node[index].push_back(static_cast<int64_t>(layout.tiles.size()));
      layout.tiles.push_back({nodes[index].begin + done, count, tile_width(count), layout.width});
      layout.width += tile_width(count);
    }
  return of_node;
}

/// Tiles of all ancestors of a node, from the root down.
std::vector<int64_t> tiles_above(const Nodes& nodes, const TilesOf& of_node, int32_t index) {
  std::vector<int32_t> path;
  for (int32_t up = nodes[index].parent; up != TokenTree::kRoot; up = nodes[up].parent) path.push_back(up);
  std::vector<int64_t> tiles;
  for (auto node = path.rbegin(); node != path.rend(); ++node)
    tiles.insert(tiles.end(), of_node[*node].begin(), of_node[*node].end());
  return tiles;
}

}  // namespace

TileLayout::TileLayout(const Nodes& nodes, int64_t group) {
  R2RANK_CHECK(group >= 1 && group <= kTileWidth);
  const TilesOf of_node = cut_keys(nodes, *this);
  const int64_t step = kTileWidth / group;
  for (int32_t index = 0; index < static_cast<int32_t>(nodes.size()); ++index) {
    const auto& node = nodes[index];
    if (node.parent == TokenTree::kRoot)
      trees.push_back({node.begin, node.subtree_end, static_cast<int64_t>(blocks.size()), 0});
    const auto above = tiles_above(nodes, of_node, index);
    for (int64_t done = 0; done < node.length; done += step) {
      Block block{node.begin + done, std::min(step, node.length - done), above, node.begin};
      for (const int64_t tile : of_node[index])
        if (tiles[tile].begin < block.begin + block.count) block.tiles.push_back(tile);
      int64_t keys = 0;
      for (const int64_t tile : block.tiles) keys += tiles[tile].width;
      most_keys = std::max(most_keys, keys);
      blocks.push_back(std::move(block));
    }
    trees.back().end_block = static_cast<int64_t>(blocks.size());
  }
}

}  // namespace r2rank::model
