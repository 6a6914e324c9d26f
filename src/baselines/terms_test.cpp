#include "baselines/terms.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

float count_of(const std::vector<SparseEntry>& row, int32_t term) {
  for (const SparseEntry& entry : row) {
    if (entry.column == term) return entry.value;
  }
  return 0;
}

TEST(TermIndex, CountsWordsAndNumbersThemAsTheyAppear) {
  TermIndex index(false);
  const auto row = index.count("nut bolt nut");
  EXPECT_EQ(index.size(), 2);
  EXPECT_EQ(count_of(row, 0), 2);
  EXPECT_EQ(count_of(row, 1), 1);
}

TEST(TermIndex, CountsPairsOfNeighboursInTheirOrder) {
  TermIndex index(true);
  EXPECT_EQ(index.count("nut bolt nut").size(), 4U);  // nut, bolt, "nut bolt", "bolt nut"
  EXPECT_EQ(index.size(), 4);
  EXPECT_EQ(index.count("bolt nut").size(), 3U);
  EXPECT_EQ(index.size(), 4);
}

TEST(TermIndex, SortsARowByTermSoThatEachStandsOnce) {
  TermIndex index(true);
  index.count("delta gamma beta alpha");
  const auto row = index.count("alpha beta alpha beta gamma");
  for (size_t i = 1; i < row.size(); ++i) EXPECT_LT(row[i - 1].column, row[i].column);
}

TEST(Terms, DocumentFrequencyCountsARowOnce) {
  TermIndex index(false);
  SparseRows documents;
  documents.append(index.count("nut nut bolt"));
  documents.append(index.count("nut"));
  EXPECT_EQ(document_frequency(documents, index.size()), (std::vector<int32_t>{2, 1}));
}

TEST(Terms, AllTextHasEveryField) {
  const data::Item item{"1", "Title", "Brand", {"One", "Two"}, "Words"};
  EXPECT_EQ(all_text(item), "Title Brand One Two Words");
}

}  // namespace
}  // namespace r2rank::baselines
