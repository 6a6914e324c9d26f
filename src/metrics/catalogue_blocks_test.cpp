#include "metrics/catalogue_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/random.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::metrics {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// A random catalogue with many ties, some NaN, several graded relevant items and excluded ones.
struct Catalogue {
  std::vector<float> scores;
  std::vector<int32_t> relevant, excluded;
  std::vector<float> relevance;

  explicit Catalogue(uint64_t key) {
    base::RandomStream random(7, base::Purpose::kBench, key);
    const size_t items = 5 + random.below(40), levels = 1 + random.below(30);
    for (size_t item = 0; item < items; ++item)
      scores.push_back(random.below(12) == 0 ? kNan : static_cast<float>(random.below(levels)) - 3);
    const auto order = random.sample(items, items);
    const size_t kept = 1 + random.below(4), out = random.below(items - kept);
    for (size_t i = 0; i < kept; ++i) {
      relevant.push_back(static_cast<int32_t>(order[i]));
      relevance.push_back(static_cast<float>(1 + random.below(3)));
    }
    for (size_t i = kept; i < kept + out; ++i) excluded.push_back(static_cast<int32_t>(order[i]));
  }

  /// The metrics of the plain list of candidates.
  std::map<std::string, double> plain() const {
    std::vector<double> listed;
    std::vector<float> labels;
    for (size_t item = 0; item < scores.size(); ++item) {
      const auto is_in = [&](const std::vector<int32_t>& items) {
        return std::find(items.begin(), items.end(), static_cast<int32_t>(item)) != items.end();
      };
      if (is_in(excluded)) continue;
      listed.push_back(scores[item]);
      labels.push_back(0);
      for (size_t i = 0; i < relevant.size(); ++i)
        if (relevant[i] == static_cast<int32_t>(item)) labels.back() = relevance[i];
    }
    return all_metrics(listed, labels);
  }
};

TEST(CatalogueBlocks, GiveTheMetricsOfTheListedCandidates) {
  for (uint64_t key = 0; key < 500; ++key) {
    const Catalogue catalogue(key);
    const auto blocks =
        catalogue_blocks(catalogue.scores, catalogue.relevant, catalogue.relevance, catalogue.excluded);
    const auto counted = block_metrics(blocks, catalogue.relevance);
    for (const auto& [name, value] : catalogue.plain())
      EXPECT_NEAR(counted.at(name), value, 1e-12) << name << " of catalogue " << key;
  }
}

TEST(CatalogueBlocks, CountWhatIsAheadTiedAndBehind) {
  const std::vector<float> scores{5, 4, 3, 3, 2, 1, 1};
  const std::vector<int32_t> relevant{3}, excluded{0, 5};
  const std::vector<float> relevance{2};
  const auto blocks = catalogue_blocks(scores, relevant, relevance, excluded);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].size, 1);
  EXPECT_EQ(blocks[1].start, 1);
  EXPECT_EQ(blocks[1].size, 2);
  EXPECT_EQ(blocks[1].relevant, 1);
  EXPECT_EQ(blocks[1].gain, 3);
  EXPECT_EQ(blocks[2].size, 2);
}

}  // namespace
}  // namespace r2rank::metrics
