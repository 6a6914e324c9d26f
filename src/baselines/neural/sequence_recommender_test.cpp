#include "baselines/neural/sequence_recommender.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/error.h"
#include "baselines/neural/sequence_twin.h"
#include "baselines/neural/sequential_methods.h"
#include "baselines/test_data.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::baselines {
namespace {

std::unique_ptr<Trainable> make(const std::string& name, const TrainingData& data, uint64_t seed,
                                const SettingValues& settings = {}) {
  for (const auto& method : sequential_methods()) {
    if (method->text().name != name) continue;
    base::ConfigFields fields;
    method->describe(fields);
    for (const auto& [key, value] : settings) fields.set(key, value);
    auto scorer = method->make(data, seed);
    return std::unique_ptr<Trainable>(dynamic_cast<Trainable*>(scorer.release()));
  }
  return nullptr;
}

SequenceRecommender& recommender(Trainable& model) {
  return dynamic_cast<SequenceRecommender&>(model);
}

void train(Trainable& model, int64_t epochs) {
  for (int64_t epoch = 1; epoch <= epochs; ++epoch) model.train_epoch(epoch, [](int64_t) {});
}

/// Users that walk around a circle of items, each from another start, one of them with a long history.
data::Dataset circle(int64_t users, int64_t items) {
  std::vector<std::vector<int32_t>> histories(users);
  for (int64_t user = 0; user < users; ++user) {
    const int64_t length = user == 0 ? 25 : 5 + user % 7;
    for (int64_t t = 0; t < length; ++t)
      histories[user].push_back(static_cast<int32_t>((user * 5 + t) % items));
  }
  return testing::dataset_of(histories, items);
}

/// NDCG@10 of what comes next, against every item that the user has not met yet.
double next_is_first(Scorer& model, const data::Dataset& dataset) {
  double sum = 0;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto target = dataset.events(user).back().item;
    std::vector<int32_t> candidates = {target};
    std::set<int32_t> met;
    for (const auto& event : dataset.events(user)) met.insert(event.item);
    for (const int32_t item : testing::all_items(dataset))
      if (!met.contains(item)) candidates.push_back(item);
    const auto slate = testing::last_event_slate(dataset, user, candidates);
    sum += metrics::ndcg(model.score(slate), slate.relevance, 10);
  }
  return sum / static_cast<double>(dataset.users());
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& method : sequential_methods()) all.emplace_back(method->text().name);
  return all;
}

class EverySequentialMethod : public ::testing::TestWithParam<std::string> {
 protected:
  const SettingValues small_ = {
      {"dimensions", "16"}, {"batch", "64"}, {"length", "8"}, {"learning_rate", "0.01"}};
};
INSTANTIATE_TEST_SUITE_P(, EverySequentialMethod, ::testing::ValuesIn(names()), [](const auto& name) {
  std::string letters;
  for (const char c : name.param)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) letters += c;
  return letters;
});

TEST_P(EverySequentialMethod, LearnsWhatFollowsWhat) {
  const auto dataset = circle(60, 30);
  const auto split = testing::leave_last_two(dataset);
  auto settings = small_;  // in 16 dimensions bert4rec's usual dropout leaves too little: .89 instead of .99
  if (GetParam() == "bert4rec")
    settings.insert(settings.end(), {{"hidden_dropout", "0"}, {"attention_dropout", "0"}});
  const auto model = make(GetParam(), {dataset, split}, 1, settings);
  const double before = next_is_first(*model, dataset);
  train(*model, GetParam() == "bert4rec" ? 200 : 60);  // which masks a fifth at a time
  EXPECT_LT(before, 0.5);
  EXPECT_GT(next_is_first(*model, dataset), 0.9);
}

TEST_P(EverySequentialMethod, RepeatsWithTheSameSeedAndAnyNumberOfThreads) {
  const auto dataset = testing::random_dataset(3, 50, 40);
  const auto split = testing::leave_last_two(dataset);
  const auto trained = [&](uint64_t seed, int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const auto model = make(GetParam(), {dataset, split}, seed, small_);
    train(*model, 2);
    at::set_num_threads(before);
    return recommender(*model).parameters().tensors();
  };
  const auto one = trained(5, 1), two = trained(5, 2), other = trained(6, 1);
  bool differs = false;
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(at::equal(one[i].second, two[i].second)) << one[i].first;
    differs = differs || !at::equal(one[i].second, other[i].second);
  }
  EXPECT_TRUE(differs);
}

TEST_P(EverySequentialMethod, DrawsOfAnEpochDependOnSeedAndNumberOnly) {
  const auto dataset = testing::random_dataset(3, 50, 40);
  const auto split = testing::leave_last_two(dataset);
  auto still = small_;
  still.push_back({"learning_rate", "1e-8"});  // parameters stay where they are: only the draws matter
  const auto loss = [&](const std::vector<int64_t>& epochs) {
    const auto model = make(GetParam(), {dataset, split}, 5, still);
    double last = 0;
    for (const int64_t epoch : epochs) last = model->train_epoch(epoch, [](int64_t) {}).loss;
    return last;
  };
  const double alone = loss({2});
  EXPECT_NEAR(loss({1, 2}), alone, 1e-5);
  EXPECT_GT(std::abs(loss({3}) - alone), 1e-5);
}

TEST_P(EverySequentialMethod, KeepsAndRestoresSavesAndLoads) {
  const auto dataset = testing::random_dataset(3, 50, 40);
  const auto split = testing::leave_last_two(dataset);
  const auto path = std::filesystem::temp_directory_path() / "r2rank_sequential.safetensors";
  const auto slate = testing::last_event_slate(dataset, 4, testing::all_items(dataset));
  const auto model = make(GetParam(), {dataset, split}, 5, small_);
  train(*model, 1);
  model->keep();
  const auto scores = model->score(slate);
  model->save(path);
  train(*model, 2);
  EXPECT_NE(model->score(slate), scores);
  model->restore();
  EXPECT_EQ(model->score(slate), scores);
  const auto other = make(GetParam(), {dataset, split}, 77, small_);
  EXPECT_NE(other->score(slate), scores);
  other->load(path);
  EXPECT_EQ(other->score(slate), scores);
  const auto wider = make(GetParam(), {dataset, split}, 5, {{"dimensions", "32"}});
  EXPECT_THROW(wider->load(path), base::Error);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THROW(other->load(path), base::Error);
  EXPECT_EQ(other->score(slate), scores);
  std::filesystem::remove(path);
}

TEST_P(EverySequentialMethod, ScoresTheCatalogueAsItScoresSlatesAlone) {
  const auto dataset = testing::random_dataset(3, 70, 40);
  const auto split = testing::leave_last_two(dataset);
  const auto model = make(GetParam(), {dataset, split}, 5, small_);
  train(*model, 1);
  std::vector<data::Slate> slates;
  for (int32_t user = 0; user < 70; ++user)
    slates.push_back(testing::last_event_slate(dataset, user, testing::all_items(dataset)));
  const auto together = model->score_batch(slates);
  const auto catalogue = testing::catalogue_scores(*model, slates, std::ssize(dataset.items));
  for (size_t s = 0; s < slates.size(); ++s) {
    const auto alone = model->score(slates[s]);
    for (size_t i = 0; i < together[s].size(); ++i) {
      EXPECT_NEAR(alone[i], together[s][i], 1e-6);
      EXPECT_NEAR(catalogue[s][i], together[s][i], 1e-5);
    }
  }
}

TEST_P(EverySequentialMethod, ScoresByPopularityWithoutHistoryAndKnowsItemsNeverSeen) {
  auto dataset = testing::dataset_of({{0, 1, 2, 0, 1}, {0, 2, 1, 0, 2}, {3, 3, 3, 3, 3}}, 6);
  auto split = testing::leave_last_two(dataset);
  split.training_end[2] = 0;
  const auto model = make(GetParam(), {dataset, split}, 5, small_);
  train(*model, 1);
  auto slate = testing::last_event_slate(dataset, 2, {0, 3, 5});
  for (const double score : model->score(slate)) EXPECT_TRUE(std::isfinite(score));
  slate.history_end = 0;
  EXPECT_EQ(model->score(slate), (std::vector<double>{2, 0, 0}));
  EXPECT_EQ(testing::catalogue_scores(*model, {&slate, 1}, 6)[0], (std::vector<float>{2, 2, 2, 0, 0, 0}));
}

TEST_P(EverySequentialMethod, ReportsEveryEventButTheFirstAsATarget) {
  const auto dataset = circle(20, 30);
  const auto split = testing::leave_last_two(dataset);
  const auto model = make(GetParam(), {dataset, split}, 1, small_);
  int64_t events = 0, advanced = 0;
  for (const int32_t end : split.training_end) events += end - 1;
  const auto result = model->train_epoch(1, [&](int64_t count) { advanced += count; });
  EXPECT_EQ(model->targets_per_epoch(), events);
  EXPECT_EQ(result.targets, events);
  EXPECT_EQ(advanced, events);
}

}  // namespace
}  // namespace r2rank::baselines
