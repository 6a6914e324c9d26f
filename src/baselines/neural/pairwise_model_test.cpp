#include "baselines/neural/pairwise_model.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "baselines/neural/bpr_mf.h"
#include "baselines/neural/light_gcn.h"
#include "baselines/neural/trained_world.h"

namespace r2rank::baselines {
namespace {

using Maker = std::unique_ptr<Trainable> (*)(const TrainingData&, int64_t dimensions, uint64_t seed);

std::unique_ptr<Trainable> small_bpr(const TrainingData& data, int64_t dimensions, uint64_t seed) {
  return make_bpr_mf(data, {.dimensions = dimensions, .learning_rate = 0.02, .batch = 64}, seed);
}
std::unique_ptr<Trainable> small_gcn(const TrainingData& data, int64_t dimensions, uint64_t seed) {
  return make_light_gcn(
      data, {.pairs = {.dimensions = dimensions, .learning_rate = 0.02, .batch = 64}, .layers = 2}, seed);
}

class PairwiseModels : public ::testing::TestWithParam<Maker> {
 protected:
  ~PairwiseModels() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Trainable> make(uint64_t seed = 7, int64_t dimensions = 8) {
    return GetParam()({dataset_, split_}, dimensions, seed);
  }
  std::vector<double> scores(Trainable& model, int32_t user = 3) {
    return model.score(testing::last_event_slate(dataset_, user, testing::all_items(dataset_)));
  }
  static std::string message(const std::function<void()>& action) {
    try {
      action();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kData);
      return error.what();
    }
    return "no error";
  }
  data::Dataset dataset_ = testing::two_tastes();
  data::Split split_ = testing::leave_last_two(dataset_);
  base::Path folder_ = base::Path(::testing::TempDir()) / ("pairwise" + std::to_string(::getpid()));
};

TEST_P(PairwiseModels, LearnTwoTastes) {
  const auto model = make();
  const double before = testing::auc_of(*model, dataset_);
  testing::train(*model, 60);
  EXPECT_LT(before, 0.7);
  // Not 1: the held-out item is itself drawn as a negative of its user, more often the longer training goes on.
  EXPECT_GT(testing::auc_of(*model, dataset_), 0.92);
}

TEST_P(PairwiseModels, LoseLessEachTime) {
  const auto model = make();
  const auto first = model->train_epoch(0, [](int64_t) {});
  testing::train(*model, 30);
  const auto last = model->train_epoch(31, [](int64_t) {});
  EXPECT_NEAR(first.loss, std::log(2.0), 0.05);
  EXPECT_LT(last.loss, 0.5 * first.loss);
  EXPECT_EQ(first.targets, 60 * 7);
  EXPECT_EQ(model->targets_per_epoch(), 60 * 7);
}

TEST_P(PairwiseModels, SayHowFarTheyAre) {
  int64_t told = 0;
  const auto model = make();
  model->train_epoch(0, [&](int64_t count) { told += count; });
  EXPECT_EQ(told, model->targets_per_epoch());
}

TEST_P(PairwiseModels, RepeatWithTheSameSeedOnAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  std::vector<std::vector<double>> found;
  for (const int count : {1, 4}) {
    at::set_num_threads(count);
    const auto model = make();
    testing::train(*model, 5);
    found.push_back(scores(*model));
  }
  at::set_num_threads(threads);
  EXPECT_EQ(found[0], found[1]);
  const auto other = make(8);
  testing::train(*other, 5);
  EXPECT_NE(scores(*other), found[0]);
}

TEST_P(PairwiseModels, ReturnToWhatWasKept) {
  const auto model = make();
  testing::train(*model, 3);
  const auto before = scores(*model);
  model->keep();
  testing::train(*model, 3);
  EXPECT_NE(scores(*model), before);
  model->restore();
  EXPECT_EQ(scores(*model), before);
}

TEST_P(PairwiseModels, ScoreTheCatalogueAsTheyScoreSlates) {
  const auto model = make();
  testing::train(*model, 3);
  std::vector<data::Slate> slates;
  for (const int32_t user : {0, 7, 59}) {
    slates.push_back(testing::last_event_slate(dataset_, user, testing::all_items(dataset_)));
  }
  const auto all = testing::catalogue_scores(*model, slates, std::ssize(dataset_.items));
  for (size_t i = 0; i < slates.size(); ++i) {
    const auto expected = model->score(slates[i]);
    ASSERT_EQ(all[i].size(), expected.size());
    for (size_t item = 0; item < expected.size(); ++item) EXPECT_NEAR(all[i][item], expected[item], 1e-5);
  }
}

TEST_P(PairwiseModels, ComeBackFromAFile) {
  const auto model = make();
  testing::train(*model, 3);
  model->save(folder_ / "model.safetensors");
  const auto loaded = make(99);
  loaded->load(folder_ / "model.safetensors");
  EXPECT_EQ(scores(*loaded), scores(*model));
}

TEST_P(PairwiseModels, RefuseAFileOfOtherSettings) {
  make(7, 16)->save(folder_ / "wide.safetensors");
  const auto model = make();
  const auto before = scores(*model);
  const auto text = message([&] { model->load(folder_ / "wide.safetensors"); });
  EXPECT_NE(text.find("of shape [60, 8]"), std::string::npos) << text;
  EXPECT_NE(text.find("found shape [60, 16]"), std::string::npos) << text;
  EXPECT_EQ(scores(*model), before);
}

TEST_P(PairwiseModels, RefuseATornFile) {
  make()->save(folder_ / "whole.safetensors");
  const auto bytes = base::read_file(folder_ / "whole.safetensors");
  base::write_file(folder_ / "torn.safetensors", bytes.substr(0, bytes.size() - 100));
  EXPECT_NE(message([&] { make()->load(folder_ / "torn.safetensors"); }), "no error");
}

TEST_P(PairwiseModels, RefuseAFileWithoutFiniteNumbers) {
  make()->save(folder_ / "good.safetensors");
  auto bytes = base::read_file(folder_ / "good.safetensors");
  bytes.replace(bytes.size() - 4, 4, std::string("\x00\x00\xc0\x7f", 4));  // the last weight: NaN
  base::write_file(folder_ / "nan.safetensors", bytes);
  const auto text = message([&] { make()->load(folder_ / "nan.safetensors"); });
  EXPECT_NE(text.find("expected finite numbers"), std::string::npos) << text;
}

TEST_P(PairwiseModels, ScoreAUserWithoutAnyHistoryByPopularity) {
  auto dataset = testing::dataset_of({{0, 1, 2, 3, 4}, {0, 2, 3, 3}, {}, {0, 1, 2}}, 6);
  const auto split = testing::leave_last_two(dataset);
  const auto model = GetParam()({dataset, split}, 4, 7);
  testing::train(*model, 2);
  data::Slate slate;
  slate.user = 2;
  slate.candidates = {0, 1, 5};
  slate.relevance = {1, 0, 0};
  EXPECT_EQ(model->score(slate), (std::vector<double>{3, 1, 0}));
}

TEST_P(PairwiseModels, RefuseTrainingWithoutEvents) {
  const auto dataset = testing::dataset_of({{0, 1}, {2, 3}}, 6);
  const auto split = testing::leave_last_two(dataset);
  try {
    GetParam()({dataset, split}, 4, 7);
    FAIL() << "no training events were accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
  }
}

INSTANTIATE_TEST_SUITE_P(All, PairwiseModels, ::testing::Values(small_bpr, small_gcn),
                         [](const auto& info) { return info.index == 0 ? "bpr_mf" : "lightgcn"; });

}  // namespace
}  // namespace r2rank::baselines
