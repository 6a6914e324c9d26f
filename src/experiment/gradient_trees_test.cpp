#include "experiment/gradient_trees.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace r2rank::experiment {
namespace {

/// Lists of ten whose label is 1 for the row with feature 0 nearest to 0.5; feature 1 is noise.
RankingRows nearest_to_half(int lists) {
  RankingRows rows;
  rows.features = 2;
  base::RandomStream stream(4, base::Purpose::kBench);
  for (int list = 0; list < lists; ++list) {
    size_t best = 0;
    for (size_t k = 0; k < 10; ++k) {
      const double value = stream.uniform();
      rows.values.insert(rows.values.end(), {value, stream.uniform()});
      rows.labels.push_back(0);
      const size_t row = rows.labels.size() - 1;
      if (k == 0 || std::abs(value - 0.5) < std::abs(rows.values[2 * best] - 0.5)) best = row;
    }
    rows.labels[best] = 1;
    rows.sizes.push_back(10);
  }
  return rows;
}

TEST(GradientTrees, LearnAPreferenceThatIsNotMonotone) {
  const auto rows = nearest_to_half(300);
  GradientTrees model(rows, {.rows_in_leaf = 20, .feature_share = 1}, 1);
  for (int tree = 0; tree < 40; ++tree) EXPECT_TRUE(model.grow());
  const auto scores = model.predict(std::vector<double>{0.5, 0.3, 0.05, 0.3, 0.95, 0.3}, 2, 0, model.trees());
  EXPECT_GT(scores[0], scores[1] + 0.5);
  EXPECT_GT(scores[0], scores[2] + 0.5);
  const auto importance = model.importance(2);
  EXPECT_GT(importance[0], 10 * importance[1]);
}

TEST(GradientTrees, ListsCountAsMuchAsTheirWeights) {
  auto rows = nearest_to_half(100);
  for (size_t list = 0; list < 100; ++list) {  // sixty put the smallest value first, forty the largest
    size_t smallest = 10 * list, largest = 10 * list;
    for (size_t row = 10 * list; row < 10 * list + 10; ++row) {
      rows.labels[row] = 0;
      if (rows.values[2 * row] < rows.values[2 * smallest]) smallest = row;
      if (rows.values[2 * row] > rows.values[2 * largest]) largest = row;
    }
    rows.labels[list < 60 ? smallest : largest] = 1;
  }
  const auto large_minus_small = [&rows] {
    GradientTrees model(rows, {.rows_in_leaf = 20, .feature_share = 1}, 1);
    for (int tree = 0; tree < 20; ++tree) model.grow();
    const auto scores = model.predict(std::vector<double>{0.97, 0.5, 0.03, 0.5}, 2, 0, model.trees());
    return scores[0] - scores[1];
  };
  EXPECT_LT(large_minus_small(), -0.1);
  rows.weights.assign(100, 1);
  const double unweighted = large_minus_small();
  EXPECT_LT(unweighted, -0.1);
  std::fill_n(rows.weights.begin(), 60, 1.0 / 6);
  EXPECT_GT(large_minus_small(), 0.1);
}

TEST(GradientTrees, RepeatThemselves) {
  const auto rows = nearest_to_half(100);
  std::vector<std::string> texts;
  for (int run = 0; run < 2; ++run) {
    GradientTrees model(rows, {.rows_in_leaf = 20, .feature_share = 0.5}, 9);
    for (int tree = 0; tree < 5; ++tree) model.grow();
    texts.push_back(model.to_text());
  }
  EXPECT_EQ(texts[0], texts[1]);
}

TEST(GradientTrees, AddUpTreeByTree) {
  const auto rows = nearest_to_half(100);
  GradientTrees model(rows, {.rows_in_leaf = 20}, 1);
  for (int tree = 0; tree < 6; ++tree) model.grow();
  const auto whole = model.predict(rows.values, 2, 0, 6);
  std::vector<double> sum(whole.size(), 0.0);
  for (int tree = 0; tree < 6; ++tree) {
    const auto one = model.predict(rows.values, 2, tree, tree + 1);
    for (size_t row = 0; row < one.size(); ++row) sum[row] += one[row];
  }
  for (size_t row = 0; row < sum.size(); ++row) EXPECT_NEAR(sum[row], whole[row], 1e-9);
}

TEST(GradientTrees, ComeBackFromTheirText) {
  const auto rows = nearest_to_half(100);
  GradientTrees model(rows, {.rows_in_leaf = 20}, 1);
  for (int tree = 0; tree < 6; ++tree) model.grow();
  const GradientTrees read(model.to_text());
  EXPECT_EQ(read.trees(), 6);
  EXPECT_EQ(read.predict(rows.values, 2, 0, 6), model.predict(rows.values, 2, 0, 6));
}

TEST(GradientTrees, RefuseATextThatIsNone) {
  for (const char* text : {"", "tree", "{\"a\": 1}", "tree\nversion=v4\n"}) {
    try {
      const GradientTrees model{std::string(text)};
      FAIL() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kData);
    }
  }
}

TEST(GradientTrees, RefuseNoRowsAndOptionsOutOfRange) {
  RankingRows none;
  none.features = 2;
  EXPECT_THROW(GradientTrees(none, {}, 1), base::Error);
  const auto rows = nearest_to_half(10);
  EXPECT_THROW(GradientTrees(rows, {.leaves = 1}, 1), base::Error);
  EXPECT_THROW(GradientTrees(rows, {.learning_rate = 0}, 1), base::Error);
  EXPECT_THROW(GradientTrees(rows, {.feature_share = 1.5}, 1), base::Error);
}

TEST(GradientTrees, TakeGradedLabels) {
  auto rows = nearest_to_half(50);
  for (float& label : rows.labels) label *= 2.5F;
  rows.labels[3] = 0.5F;
  GradientTrees model(rows, {.rows_in_leaf = 20}, 1);
  EXPECT_TRUE(model.grow());
}

}  // namespace
}  // namespace r2rank::experiment
