#include "baselines/sparse_rows.h"

#include <gtest/gtest.h>

#include <array>

namespace r2rank::baselines {
namespace {

TEST(SparseRows, KeepsRowsAsAppendedEmptyOnesIncluded) {
  SparseRows matrix;
  matrix.append(std::array<SparseEntry, 2>{{{0, 1.0F}, {3, 2.0F}}});
  matrix.append({});
  matrix.append(std::array<SparseEntry, 1>{{{1, 5.0F}}});
  EXPECT_EQ(matrix.rows(), 3);
  EXPECT_EQ(matrix.entries(), 3);
  EXPECT_EQ(matrix.row(0)[1].column, 3);
  EXPECT_TRUE(matrix.row(1).empty());
  EXPECT_EQ(matrix.row(2)[0].value, 5.0F);
}

TEST(SparseRows, TransposedHasEveryEntryAtItsMirroredPlace) {
  SparseRows matrix;
  matrix.append(std::array<SparseEntry, 2>{{{0, 1.0F}, {3, 2.0F}}});
  matrix.append(std::array<SparseEntry, 2>{{{0, 4.0F}, {1, 5.0F}}});
  const SparseRows transposed = matrix.transposed(5);
  ASSERT_EQ(transposed.rows(), 5);
  ASSERT_EQ(transposed.row(0).size(), 2U);
  EXPECT_EQ(transposed.row(0)[1].column, 1);
  EXPECT_EQ(transposed.row(0)[1].value, 4.0F);
  EXPECT_TRUE(transposed.row(2).empty());
  EXPECT_EQ(transposed.row(3)[0].value, 2.0F);
  EXPECT_TRUE(transposed.row(4).empty());
}

TEST(Accumulator, SumsDotsAndForgets) {
  Accumulator sum(4);
  sum.add(2, 1.5);
  sum.add(2, 0.5);
  sum.add(0, 3);
  EXPECT_EQ(sum.touched().size(), 2U);
  EXPECT_DOUBLE_EQ(sum.squared_norm(), 13);
  EXPECT_DOUBLE_EQ(sum.dot(std::array<SparseEntry, 2>{{{1, 9.0F}, {2, 4.0F}}}), 8);
  sum.clear();
  EXPECT_EQ(sum[2], 0);
  EXPECT_TRUE(sum.touched().empty());
  EXPECT_EQ(sum.squared_norm(), 0);
}

}  // namespace
}  // namespace r2rank::baselines
