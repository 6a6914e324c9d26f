#include "baselines/neural/light_gcn.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "baselines/neural/pair_sampler.h"
#include "baselines/neural/trained_world.h"

namespace r2rank::baselines {
namespace {

/// LightGCN in a few dense operations with autograd and torch's own description of Adam, in double: the same
/// tables, the same triples.
class DenseTwin {
 public:
  DenseTwin(const InteractionGraph& graph, at::Tensor users, at::Tensor items, const LightGcnOptions& options)
      : options_(options), users_(users.size(0)) {
    const int64_t nodes = users.size(0) + items.size(0);
    adjacency_ = at::zeros({nodes, nodes}, at::kDouble);
    for (int64_t user = 0; user < users_; ++user) {
      for (const int32_t item : graph.items_of.of(user)) {
        const double degrees = static_cast<double>(graph.items_of.degree(user) * graph.users_of.degree(item));
        adjacency_[user][users_ + item] = adjacency_[users_ + item][user] = 1 / std::sqrt(degrees);
      }
    }
    table_ = at::cat({users, items}).to(at::kDouble);
    first_ = at::zeros_like(table_);
    second_ = at::zeros_like(table_);
  }

  at::Tensor final_embeddings(const at::Tensor& table) const {
    at::Tensor layer = table, sum = table;  // [nodes, D]
    for (int64_t l = 0; l < options_.layers; ++l) {
      layer = at::mm(adjacency_, layer);
      sum = sum + layer;
    }
    return sum / static_cast<double>(options_.layers + 1);
  }

  void step(const std::vector<Triple>& triples) {
    const at::Tensor table = table_.clone().requires_grad_(true);  // [nodes, D]
    const at::Tensor all = final_embeddings(table);
    const at::Tensor u = index(triples, 0), p = index(triples, 1), n = index(triples, 2);  // [B]
    const auto rows = [](const at::Tensor& from, const at::Tensor& which) {
      return from.index_select(0, which);
    };
    const at::Tensor margins = (rows(all, u) * (rows(all, p) - rows(all, n))).sum(1);  // [B]
    const at::Tensor norms = rows(table, u).norm() + rows(table, p).norm() + rows(table, n).norm();
    const auto size = static_cast<double>(triples.size());
    (-at::log(1e-10 + at::sigmoid(margins)).mean() + options_.pairs.regularisation * norms / size).backward();
    adam(table.grad());
  }

  double score(int32_t user, int32_t item) const {
    const at::Tensor all = final_embeddings(table_);
    return (all[user] * all[users_ + item]).sum().item<double>();
  }

 private:
  at::Tensor index(const std::vector<Triple>& triples, int part) const {
    std::vector<int64_t> rows;
    for (const Triple& t : triples) {
      rows.push_back(part == 0 ? t.user : users_ + (part == 1 ? t.positive : t.negative));
    }
    return at::tensor(rows, at::kLong);
  }
  void adam(const at::Tensor& gradient) {
    ++steps_;
    first_ = 0.9 * first_ + 0.1 * gradient;
    second_ = 0.999 * second_ + 0.001 * gradient.square();
    const at::Tensor m = first_ / (1 - std::pow(0.9, steps_)), v = second_ / (1 - std::pow(0.999, steps_));
    table_ = table_ - options_.pairs.learning_rate * m / (v.sqrt() + 1e-8);
  }

  LightGcnOptions options_;
  int64_t users_;
  int steps_ = 0;
  at::Tensor adjacency_, table_, first_, second_;  // [nodes, nodes], [nodes, D] f64
};

class LightGcnLayers : public ::testing::TestWithParam<int64_t> {
 protected:
  data::Dataset dataset_ = testing::random_dataset(3, 30, 17);
  data::Split split_ = testing::leave_last_two(dataset_);
};

TEST_P(LightGcnLayers, TrainAsDenseMatricesWithAutogradDo) {
  const LightGcnOptions options{
      .pairs = {.dimensions = 6, .learning_rate = 0.01, .batch = 50, .regularisation = 0.2},
      .layers = GetParam(),
      .query = "training"};
  const auto graph = training_graph({dataset_, split_});
  const uint64_t seed = 7;
  const auto model = make_light_gcn({dataset_, split_}, options, seed);
  DenseTwin twin(graph, xavier_uniform_table(30, 6, seed, base::hash64("lightgcn users")),
                 xavier_uniform_table(17, 6, seed, base::hash64("lightgcn items")), options);
  PairSampler sampler(graph, base::mix({seed, base::hash64("pairs")}));
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    model->train_epoch(epoch, [](int64_t) {});
    sampler.start_epoch(epoch);
    for (int64_t done = 0; done < sampler.per_epoch(); done += 50) {
      std::vector<Triple> triples(std::min<int64_t>(50, sampler.per_epoch() - done));
      sampler.draw(done, triples);
      twin.step(triples);
    }
  }
  for (const int32_t user : {0, 11, 29}) {
    if (graph.items_of.degree(user) == 0) continue;
    const auto scores = model->score(testing::last_event_slate(dataset_, user, testing::all_items(dataset_)));
    for (int32_t item = 0; item < 17; ++item) EXPECT_NEAR(scores[item], twin.score(user, item), 2e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, LightGcnLayers, ::testing::Values(1, 2, 3));

class LightGcnQuery : public ::testing::Test {
 protected:
  std::unique_ptr<Trainable> trained(const std::string& query, const TrainingData& data) {
    auto model = make_light_gcn(
        data, {.pairs = {.dimensions = 8, .learning_rate = 0.02, .batch = 64}, .layers = 3, .query = query},
        7);
    testing::train(*model, 5);
    return model;
  }
  data::Dataset dataset_ = testing::two_tastes();
  data::Split split_ = testing::leave_last_two(dataset_);
};

TEST_F(LightGcnQuery, OfTheTrainingItemsGivesTheTrainedScores) {
  const auto by_history = trained("history", {dataset_, split_});
  const auto by_training = trained("training", {dataset_, split_});
  auto slate = testing::last_event_slate(dataset_, 3, testing::all_items(dataset_));
  slate.history_end = split_.training_end[3];
  const auto expected = by_training->score(slate);
  const auto found = by_history->score(slate);
  for (size_t item = 0; item < expected.size(); ++item) EXPECT_NEAR(found[item], expected[item], 1e-5);
  ++slate.history_end;
  EXPECT_EQ(by_training->score(slate), expected);
  EXPECT_NE(by_history->score(slate), found);
}

TEST_F(LightGcnQuery, ServesAUserWhoWasNotTrained) {
  auto split = split_;
  split.training_end[4] = 0;
  const auto model = trained("history", {dataset_, split});
  auto slate = testing::last_event_slate(dataset_, 4, {1, 20});
  slate.history_end = 5;
  const auto scores = model->score(slate);
  EXPECT_GT(scores[0], scores[1]);  // user 4 likes the first half
}

TEST(LightGcn, RefusesSettingsOutOfRange) {
  const auto dataset = testing::two_tastes();
  const auto split = testing::leave_last_two(dataset);
  for (const auto& options :
       {LightGcnOptions{.layers = 0}, LightGcnOptions{.layers = 17}, LightGcnOptions{.query = "both"}}) {
    EXPECT_THROW(make_light_gcn({dataset, split}, options, 7), base::Error);
  }
}

}  // namespace
}  // namespace r2rank::baselines
