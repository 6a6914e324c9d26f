#include "data/id_table.h"

#include <gtest/gtest.h>

namespace r2rank::data {
namespace {

TEST(IdTable, NumbersIdsByFirstAppearance) {
  IdTable table;
  EXPECT_EQ(table.intern("b"), 0);
  EXPECT_EQ(table.intern("a"), 1);
  EXPECT_EQ(table.intern("b"), 0);
  EXPECT_EQ(table.size(), 2);
  EXPECT_EQ(table.id(1), "a");
  EXPECT_EQ(table.find("c"), -1);
}

TEST(IdTable, KeepsIdsInPlaceWhileItGrowsAndMoves) {
  IdTable table;
  for (int i = 0; i < 10000; ++i) table.intern(std::to_string(i));
  const IdTable moved = std::move(table);
  for (int i = 0; i < 10000; ++i) EXPECT_EQ(moved.find(std::to_string(i)), i);
}

}  // namespace
}  // namespace r2rank::data
