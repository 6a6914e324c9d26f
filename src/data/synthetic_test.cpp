// A made-up world and its optimum: what is written is what the formula says, and a scorer that knows the
// truth reaches the reported optimum on slates that `split` makes.
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "data/split.h"
#include "data/synthetic_files.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

SyntheticConfig small_world() {
  SyntheticConfig config;
  config.items = 300;
  config.clusters = 10;
  config.mean_length = 12;
  config.interactions = 60'000;
  return config;
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

TEST(SyntheticWorld, DrawsTheFirstTwoItemsAsTheFormulaSays) {
  SyntheticConfig config = small_world();
  config.items = 12;
  config.clusters = 3;
  config.mean_length = config.shortest = 1;
  config.mean_length = 1.5;
  const SyntheticWorld world(config);
  auto memory = world.memory();
  std::vector<double> first(12, 0);
  std::map<std::pair<int32_t, int32_t>, double> pairs;
  int64_t longer = 0;
  constexpr int64_t kUsers = 60'000;
  for (int64_t user = 0; user < kUsers; ++user) {
    const auto events = world.events(user, memory);
    ++first[events[0].item];
    if (events.size() < 2) continue;
    ++longer;
    ++pairs[{events[0].item, events[1].item}];
  }
  for (int32_t item = 0; item < 12; ++item)
    EXPECT_NEAR(first[item] / kUsers, world.probability(item, -1), 0.01);
  for (const auto& [pair, count] : pairs) {  // p(i | j) among the eleven items that are not j
    const double expected = world.probability(pair.first, -1) * world.probability(pair.second, pair.first) /
                            (1 - world.probability(pair.first, pair.first));
    EXPECT_NEAR(count / static_cast<double>(longer), expected, 0.01) << pair.first << " " << pair.second;
  }
}

TEST(SyntheticWorld, RepeatsAUserFromItsNumberAlone) {
  const SyntheticWorld world(small_world());
  auto memory = world.memory();
  const auto before = world.events(41, memory);
  auto other = world.memory();
  for (int64_t user = 0; user < 41; ++user) world.events(user, other);
  const auto after = world.events(41, other);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].item, after[i].item);
    EXPECT_EQ(before[i].time, after[i].time);
    EXPECT_TRUE(i == 0 || before[i - 1].time < before[i].time);
  }
}

TEST(SyntheticWorld, RefusesNumbersThatNoWorldHas) {
  SyntheticConfig config = small_world();
  config.clusters = 200;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { SyntheticWorld{config}; }),
               {"two items", "200 clusters"});
  config = small_world();
  config.mean_length = 3;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { SyntheticWorld{config}; }), {"at least shortest = 5"});
  config.mean_length = 100;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { SyntheticWorld{config}; }),
               {"an eighth of items = 300"});
}

TEST(ExpectedNdcg, IsTheSumWorkedByHand) {
  const std::vector<double> posterior = {0.5, 0.3, 0.2};
  EXPECT_NEAR(expected_ndcg(posterior, 2), 0.5 + 0.3 / std::log2(3.0), 1e-12);
  EXPECT_NEAR(expected_ndcg(posterior, 10), 0.5 + 0.3 / std::log2(3.0) + 0.2 / 2, 1e-12);
  EXPECT_NEAR(expected_ndcg(std::vector<double>(20, 0.05), 10), 0.2272, 1e-4) << "docs: random at K = 20";
}

/// NDCG@10 of the one relevant candidate under scores.
double ndcg_of(const Slate& slate, const std::vector<double>& scores) {
  const auto target = static_cast<size_t>(std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) -
                                          slate.relevance.begin());
  int64_t ahead = 0;
  for (size_t place = 0; place < scores.size(); ++place) ahead += scores[place] > scores[target];
  return ahead < 10 ? 1 / std::log2(static_cast<double>(ahead) + 2) : 0;
}

struct Written : ::testing::Test {
  TemporaryFolder folder;
  SyntheticFiles files;
  void SetUp() override { files.optimum_users = 4000; }
  Dataset import() const {
    ImportConfig config;
    config.interactions = folder.path() / "made";
    return import_dataset(config);
  }
};

TEST_F(Written, ReachTheReportedOptimumByAScorerThatKnowsTheTruth) {
  const SyntheticConfig config = small_world();
  const auto report = write_synthetic(config, files, folder.path() / "made", false);
  const Dataset dataset = import();
  EXPECT_EQ(static_cast<int64_t>(dataset.interactions.size()), config.interactions);
  EXPECT_EQ(static_cast<int64_t>(dataset.items.size()), config.items);
  EXPECT_EQ(dataset.users(), report.users);
  const SyntheticWorld world(config);
  const Split split = make_split(dataset, {});
  double sum = 0, squares = 0, by_popularity = 0;
  for (const Slate& slate : split.test.slates) {
    const int32_t previous = dataset.events(slate.user)[static_cast<size_t>(slate.history_end) - 1].item;
    std::vector<double> scores, weights;
    for (const int32_t item : slate.candidates) {
      scores.push_back(world.probability(item, previous));
      weights.push_back(world.weight(item));
    }
    const double value = ndcg_of(slate, scores);
    sum += value;
    squares += value * value;
    by_popularity += ndcg_of(slate, weights);
  }
  const auto n = static_cast<double>(split.test.slates.size());
  const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
  EXPECT_NEAR(mean, report.optimum.mean, 3 * (error + report.optimum.standard_error));
  EXPECT_NEAR(by_popularity / n, report.popularity.mean, 3 * (error + report.popularity.standard_error));
  EXPECT_LT(by_popularity / n, mean - 0.1);
  EXPECT_GT(by_popularity / n, report.random);
}

TEST_F(Written, SayTheSameInEveryFormatAndPacking) {
  SyntheticConfig config = small_world();
  config.interactions = 3000;
  std::string hash;
  for (const char* format : {"csv", "jsonl"})
    for (const char* compression : {"none", "gzip", "zstd"}) {
      files.format = format;
      files.compression = compression;
      files.review_words = files.format == "jsonl" ? 5 : 0;
      write_synthetic(config, files, folder.path() / "made", true);
      const Dataset dataset = import();
      EXPECT_TRUE(hash.empty() || hash == dataset.hash) << format << " " << compression;
      hash = dataset.hash;
    }
}

TEST_F(Written, CarryTheTruthBesideThem) {
  SyntheticConfig config = small_world();
  config.interactions = 3000;
  const auto report = write_synthetic(config, files, folder.path() / "made", false);
  const auto truth = nlohmann::json::parse(base::read_file(folder.path() / "made" / "truth.json"));
  EXPECT_EQ(truth["interactions"], 3000);
  EXPECT_EQ(truth["ndcg"]["optimum"]["mean"], report.optimum.mean);
  EXPECT_TRUE(base::read_file(folder.path() / "made" / "truth_items.csv")
                  .starts_with("item_id,cluster,weight\ni0,0,"));
  expect_parts(error_of(base::ErrorKind::kUsage,
                        [&] { write_synthetic(config, files, folder.path() / "made", false); }),
               {"made"});
  files.review_words = 3;
  expect_parts(error_of(base::ErrorKind::kUsage,
                        [&] { write_synthetic(config, files, folder.path() / "made", true); }),
               {"--review-words needs --format jsonl"});
}

}  // namespace
}  // namespace r2rank::data
