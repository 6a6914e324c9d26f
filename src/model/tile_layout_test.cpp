#include "model/tile_layout.h"

#include <gtest/gtest.h>

#include "model/random_tree.h"

namespace r2rank::model {
namespace {

TEST(TileLayout, CutsEveryTokenIntoOneTileAndOneBlock) {
  const golden::RandomTree random(3, 200);
  const TileLayout layout(random.tree.nodes(), 3);
  int64_t next_key = 0, next_query = 0;
  for (const auto& tile : layout.tiles) {
    EXPECT_EQ(tile.begin, next_key);
    EXPECT_TRUE(tile.count > 0 && tile.count <= 64 && tile.width % 16 == 0 && tile.width - tile.count < 16);
    next_key += tile.count;
  }
  for (const auto& block : layout.blocks) {
    EXPECT_EQ(block.begin, next_query);
    EXPECT_LE(block.count * 3, 64);
    next_query += block.count;
  }
  EXPECT_EQ(next_key, random.tree.size());
  EXPECT_EQ(next_query, random.tree.size());
}

TEST(TileLayout, ABlockSeesThePathOfItsNodeAndNothingWhollyAhead) {
  TokenTree tree;
  const std::vector<int32_t> run(70, 1), shorter(10, 1);
  const auto root = tree.add(TokenTree::kRoot, run);
  tree.add(root, shorter);
  tree.add(root, shorter);
  const TileLayout layout(tree.nodes(), 2);  // 32 query tokens a block; tiles 64 + 6, 10, 10
  ASSERT_EQ(layout.blocks.size(), 5U);
  EXPECT_EQ(layout.blocks[0].tiles, (std::vector<int64_t>{0}));
  EXPECT_EQ(layout.blocks[2].tiles, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(layout.blocks[3].tiles, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(layout.blocks[4].tiles, (std::vector<int64_t>{0, 1, 3}));
  EXPECT_EQ(layout.blocks[4].own_begin, 80);
  EXPECT_EQ(layout.most_keys, 64 + 16 + 16);
  ASSERT_EQ(layout.trees.size(), 1U);
  EXPECT_EQ(layout.trees[0].end_block, 5);
}

TEST(TileLayout, OfAnEmptyForestIsEmpty) {
  const TileLayout layout({}, 1);
  EXPECT_TRUE(layout.blocks.empty() && layout.trees.empty());
}

}  // namespace
}  // namespace r2rank::model
