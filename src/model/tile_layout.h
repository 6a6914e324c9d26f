#pragma once

#include <cstdint>
#include <vector>

#include "model/token_tree.h"

namespace r2rank::model {

/// How the tokens of a forest are cut for tile attention.
struct TileLayout {
  /// Up to 64 keys of one node.
  struct Tile {
    int64_t begin;   ///< first packed token
    int64_t count;   ///< real keys
    int64_t width;   ///< count rounded up to a multiple of 16
    int64_t offset;  ///< keys of the tiles before it, widths summed
  };
  /// Consecutive query tokens of one node: with their heads at most 64 rows of a product.
  struct Block {
    int64_t begin, count;  ///< packed tokens
    std::vector<int64_t>
        tiles;          ///< its keys: the tiles of its path in order, none that lies wholly in its future
    int64_t own_begin;  ///< first packed token of its node: keys from there on are masked causally
  };
  /// Blocks of one tree, in order.
  struct Tree {
    int64_t begin, end;  ///< packed tokens
    int64_t first_block, end_block;
  };

  std::vector<Tile> tiles;
  std::vector<Block> blocks;
  std::vector<Tree> trees;
  int64_t width = 0;      ///< widths of all tiles summed
  int64_t most_keys = 0;  ///< widths of one block's tiles summed, at most

  /// `group`: query heads for each key head.
  TileLayout(const std::vector<TokenTree::Node>& nodes, int64_t group);
};

}  // namespace r2rank::model
