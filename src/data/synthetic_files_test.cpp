#include "data/synthetic_files.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/interrupt.h"
#include "data/split.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

SyntheticConfig small_world(int64_t interactions = 3000) {
  SyntheticConfig config;
  config.items = 300;
  config.clusters = 10;
  config.mean_length = 12;
  config.interactions = interactions;
  return config;
}

/// NDCG@10 of the one relevant candidate under scores.
double ndcg_of(const Slate& slate, const std::vector<double>& scores) {
  const auto target = static_cast<size_t>(std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) -
                                          slate.relevance.begin());
  const auto ahead =
      std::count_if(scores.begin(), scores.end(), [&](double score) { return score > scores[target]; });
  return ahead < 10 ? 1 / std::log2(static_cast<double>(ahead) + 2) : 0;
}

struct WrittenWorld : ::testing::Test {
  TemporaryFolder folder;
  base::Path made = folder.path() / "made";
  SyntheticFiles files;
  void SetUp() override { files.optimum_users = 4000; }
  SyntheticReport write(const SyntheticConfig& config, bool overwrite = false) const {
    return write_synthetic(config, files, made, overwrite);
  }
  Dataset import() const {
    ImportConfig config;
    config.interactions = made;
    return import_dataset(config);
  }
  std::string fails(base::ErrorKind kind = base::ErrorKind::kUsage) const {
    return error_of(kind, [&] { write(small_world()); });
  }
};

TEST_F(WrittenWorld, SaysNothingOfAnOptimumThatNoUserWasLookedAtFor) {
  files.optimum_users = 0;
  EXPECT_EQ(write(small_world()).optimum_users, 0);
  const auto truth = nlohmann::json::parse(base::read_file(made / "truth.json"));
  EXPECT_TRUE(truth["ndcg"]["optimum"].is_null() && truth["ndcg"]["by_popularity"].is_null());
  EXPECT_TRUE(truth["ndcg"]["random"].is_number());
}

TEST_F(WrittenWorld, ReachesTheReportedOptimumByAScorerThatKnowsTheTruth) {
  const auto report = write(small_world(60'000));
  const Dataset dataset = import();
  EXPECT_EQ(dataset.interactions.size(), 60'000U);
  EXPECT_EQ(dataset.items.size(), 300U);
  EXPECT_EQ(dataset.users(), report.users);
  const SyntheticWorld world(small_world());
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
    sum += value, squares += value * value;
    by_popularity += ndcg_of(slate, weights);
  }
  const auto n = static_cast<double>(split.test.slates.size());
  const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
  EXPECT_NEAR(mean, report.optimum.mean, 3 * (error + report.optimum.standard_error));
  EXPECT_NEAR(by_popularity / n, report.popularity.mean, 3 * (error + report.popularity.standard_error));
  EXPECT_LT(by_popularity / n, mean - 0.1);
  EXPECT_GT(by_popularity / n, report.random);
}

TEST_F(WrittenWorld, SaysTheSameInEveryFormatAndPacking) {
  std::string hash;
  for (const char* format : {"csv", "jsonl"})
    for (const char* compression : {"none", "gzip", "zstd"}) {
      files.format = format;
      files.compression = compression;
      files.review_words = files.format == "jsonl" ? 5 : 0;
      write(small_world(), true);
      const Dataset dataset = import();
      EXPECT_TRUE(hash.empty() || hash == dataset.hash) << format << " " << compression;
      hash = dataset.hash;
    }
}

TEST_F(WrittenWorld, CarriesTheTruthBesideIt) {
  const auto report = write(small_world());
  const auto truth = nlohmann::json::parse(base::read_file(made / "truth.json"));
  EXPECT_EQ(truth["interactions"], 3000);
  EXPECT_EQ(truth["users"], report.users);
  EXPECT_EQ(truth["ndcg"]["optimum"]["mean"], report.optimum.mean);
  EXPECT_EQ(truth["ndcg"]["users"], report.users - 1) << "but for the last user, who was cut off";
  const SyntheticWorld world(small_world());
  std::string items = "item_id,cluster,weight\n";
  for (int32_t item = 0; item < 300; ++item)
    items += fmt::format("i{},{},{}\n", item, item % 10, world.weight(item));
  EXPECT_EQ(base::read_file(made / "truth_items.csv"), items);
}

TEST_F(WrittenWorld, HasTheRowsOfItsUsersInOrder) {
  files.format = "jsonl";
  files.review_words = 50;
  files.optimum_users = 0;
  EXPECT_EQ(write(small_world(3)).optimum_users, 0);
  const SyntheticWorld world(small_world());
  auto memory = world.memory();
  const auto events = world.events(0, memory);
  std::istringstream lines(base::read_file(made / "interactions.jsonl"));
  for (size_t row = 0; row < 3; ++row) {
    nlohmann::json json;
    lines >> json;
    EXPECT_EQ(json["user_id"], "u0");
    EXPECT_EQ(json["item_id"], SyntheticWorld::item_id(events[row].item));
    EXPECT_EQ(json["rating"], events[row].rating);
    EXPECT_EQ(json["timestamp"], events[row].time);
    const std::string text = json["text"];
    EXPECT_EQ(std::count(text.begin(), text.end(), ' '), 50);
  }
  EXPECT_TRUE((lines >> std::ws).eof()) << "three rows and no more";
}

TEST_F(WrittenWorld, RefusesWhatCannotBeBeforeItWritesAnything) {
  files.review_words = 3;
  expect_parts(fails(), {"--review-words needs --format jsonl, found csv"});
  files.review_words = 0;
  write(small_world());
  expect_parts(fails(), {"made"});
  files.candidates = 151;  // seen before the folder is
  expect_parts(fails(), {"from 2 to 150 candidates", "found 151"});
}

TEST_F(WrittenWorld, LeavesNothingBehindWhenStopped) {
  base::set_interrupt_requested(true);
  expect_parts(fails(base::ErrorKind::kInterrupted), {"[generate] interrupted"});
  base::set_interrupt_requested(false);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace r2rank::data
