#include "data/synthetic_world.h"

#include <map>
#include <set>
#include <sstream>

#include "base/interrupt.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

SyntheticConfig small_world() {
  SyntheticConfig config;
  config.items = 300;
  config.clusters = 10;
  return config;
}

TEST(SyntheticWorld, StopsWhileItsWeightsAreMade) {
  SyntheticConfig config;
  config.items = 200'000;
  base::set_interrupt_requested(true);
  error_of(base::ErrorKind::kInterrupted, [&] { SyntheticWorld{config}; });
  base::set_interrupt_requested(false);
}

TEST(SyntheticWorld, GivesEveryItemItsProbability) {
  const SyntheticWorld world(small_world());
  for (const int32_t previous : {-1, 0, 7, 299}) {
    double sum = 0;
    for (int32_t item = 0; item < 300; ++item) sum += world.probability(item, previous);
    EXPECT_NEAR(sum, 1, 1e-12);
  }
  EXPECT_GT(world.probability(17, 7), world.probability(17, 8)) << "7 and 17 share a cluster";
}

TEST(SyntheticWorld, HasTheWeightsOfZipfInAnOrderOfItsSeed) {
  SyntheticConfig config = small_world();
  config.popularity = 1.5;
  const auto weights_of = [&] {
    std::vector<double> weights;
    const SyntheticWorld world(config);
    for (int32_t item = 0; item < 300; ++item) weights.push_back(world.weight(item));
    return weights;
  };
  std::vector<double> weights = weights_of();
  EXPECT_EQ(weights_of(), weights);
  config.seed = 8;
  EXPECT_NE(weights_of(), weights);
  std::sort(weights.rbegin(), weights.rend());
  for (int rank = 1; rank <= 300; ++rank) EXPECT_NEAR(weights[rank - 1], 1 / (rank * std::sqrt(rank)), 1e-12);
}

std::vector<std::string> title_words(const Item& item) {
  std::istringstream title(item.title);
  return {std::istream_iterator<std::string>(title), {}};
}

TEST(SyntheticWorld, TitlesItemsInWordsOfTheirClusterButForTheNoise) {
  SyntheticConfig config = small_world();
  config.text_noise = 0;
  const SyntheticWorld pure(config);
  std::map<int32_t, std::set<std::string>> words, brands;
  for (int32_t number = 0; number < 300; ++number) {
    const Item item = pure.item(number);
    const auto title = title_words(item);
    ASSERT_EQ(title.size(), 4U) << item.title;
    EXPECT_EQ(title[3], std::to_string(number / 10));
    words[pure.cluster(number)].insert(title.begin(), title.end() - 1);
    brands[pure.cluster(number)].insert(item.brand);
    EXPECT_EQ(item.categories, (std::vector<std::string>{number % 10 < 8 ? "section 0" : "section 1"}));
  }
  for (int32_t cluster = 0; cluster < 10; ++cluster) EXPECT_LE(words[cluster].size(), 12U);
  for (int32_t cluster = 0; cluster < 10; ++cluster) EXPECT_EQ(brands[cluster].size(), 3U);
  config.text_noise = 0.2;  // one in ten of the noise is the cluster's own: 18 % of 900 words
  const SyntheticWorld noisy(config);
  double others = 0;
  for (int32_t number = 0; number < 300; ++number) {
    auto title = title_words(noisy.item(number));
    title.pop_back();
    for (const std::string& word : title) others += words[noisy.cluster(number)].count(word) == 0;
  }
  EXPECT_NEAR(others / 900, 0.18, 5 * std::sqrt(0.18 * 0.82 / 900));
}

TEST(SyntheticWorld, RefusesNumbersThatNoWorldHas) {
  const auto refuse = [](auto change, std::initializer_list<std::string> parts) {
    SyntheticConfig config = small_world();
    change(config);
    expect_parts(error_of(base::ErrorKind::kUsage, [&] { SyntheticWorld{config}; }), parts);
  };
  refuse([](SyntheticConfig& config) { config.clusters = 200; }, {"two items", "200 clusters"});
  refuse([](SyntheticConfig& config) { config.mean_length = 3; }, {"at least shortest = 5"});
  refuse([](SyntheticConfig& config) { config.mean_length = 100; }, {"an eighth of items = 300"});
}

}  // namespace
}  // namespace r2rank::data
