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

TEST(IdTable, HoldsManyIdsOfAnyBytes) {
  IdTable table;
  for (int32_t i = 0; i < 100'000; ++i) EXPECT_EQ(table.intern(std::to_string(i * 7) + "\0x"), i);
  EXPECT_EQ(table.intern(std::string_view("a\0b", 3)), 100'000);
  EXPECT_EQ(table.intern(std::string_view("a\0c", 3)), 100'001);
  for (int32_t i = 0; i < 100'000; i += 999) EXPECT_EQ(table.find(std::to_string(i * 7)), i);
  EXPECT_EQ(table.id(100'000), std::string_view("a\0b", 3));
  EXPECT_EQ(table.find("none"), -1);
  EXPECT_EQ(IdTable().find("none"), -1);
}

}  // namespace
}  // namespace r2rank::data
