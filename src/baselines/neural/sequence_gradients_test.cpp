#include <gtest/gtest.h>

#include "baselines/neural/caser_encoder.h"
#include "baselines/neural/core_encoder.h"
#include "baselines/neural/gru_encoder.h"
#include "baselines/neural/sequence_recommender.h"
#include "baselines/neural/sequence_twin.h"
#include "baselines/neural/transformer_encoder.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

using States = std::function<at::Tensor(const testing::Twin&, const std::vector<int32_t>&, int32_t user)>;

/// Weights far enough from their small beginnings for every path to matter.
void spread(FlatParameters& parameters, double factor) {
  for (auto& [name, value] : parameters.tensors())
    if (value.dim() > 1) value.detach().mul_(factor);
}

void expect_near(const at::Tensor& ours, const at::Tensor& theirs, const std::string& what) {
  const double scale = theirs.abs().max().item<double>() + 1e-2;  // some are 0 but for rounding
  EXPECT_LT((ours - theirs).abs().max().item<double>() / scale, 3e-5) << what;
}

class GradientTest : public ::testing::Test {
 protected:
  void SetUp() override { split_ = testing::leave_last_two(dataset_); }

  /// Compares loss and every gradient with the twin's, which sees each target's sequence of its own.
  void compare(SequenceModel model, const States& states, bool shared_prefixes, double norms = 0,
               double temperature = 0) {
    SequenceSampler& sampler = *model.sampler;
    SequenceRecommender recommender({dataset_, split_}, std::move(model), 3);
    spread(recommender.parameters(), 6);
    SequenceBatch batch;
    sampler.begin_epoch(9, 1);
    ASSERT_TRUE(sampler.next(batch));
    const double loss =
        recommender.differentiate(batch, Dropout()) / static_cast<double>(batch.targets.size());
    const testing::Twin twin(recommender.parameters());
    at::Tensor twin_loss = twin.loss(twin_states(twin, batch, states, shared_prefixes), batch.targets,
                                     static_cast<int64_t>(dataset_.items.size()) + 1, temperature);
    if (norms > 0) twin_loss = twin_loss + norms * twin.caser_norms();
    twin_loss.backward();
    EXPECT_NEAR(loss, twin_loss.item<double>(), 1e-5 * loss);
    for (const auto& [name, gradient] : recommender.parameters().gradient_tensors()) {
      ASSERT_TRUE(twin.at(name).grad().defined()) << name;
      expect_near(gradient, twin.at(name).grad(), name);
    }
  }

  static at::Tensor twin_states(const testing::Twin& twin, const SequenceBatch& batch, const States& states,
                                bool shared_prefixes) {
    std::vector<at::Tensor> all;
    for (const auto& part : batch.parts) {
      size_t wanted = 0;
      for (int64_t s = 0; s < part.sequences(); ++s) {
        for (; wanted < part.wanted.size() && part.wanted[wanted] < part.starts[s + 1]; ++wanted) {
          const int64_t end = shared_prefixes ? part.wanted[wanted] + 1 : part.starts[s + 1];
          const std::vector<int32_t> rows(part.rows.begin() + part.starts[s], part.rows.begin() + end);
          const at::Tensor of_all = states(twin, rows, part.users[s]);
          all.push_back(of_all.dim() == 1 ? of_all : of_all[part.wanted[wanted] - part.starts[s]]);
        }
      }
    }
    return at::stack(all);
  }

  const data::Dataset dataset_ = testing::random_dataset(8, 60, 300);
  data::Split split_;
};

TEST_F(GradientTest, SasRecEqualsPlainAutogradOnEveryPrefixOfItsOwn) {
  SequenceModel model{"sasrec", 1e-3, {}, make_window_sampler({dataset_, split_}, 6, 2, 200)};
  model.make_encoder = [](FlatParameters& parameters) {
    return make_sasrec_encoder(parameters, 300, 6, {.width = 16, .layers = 2, .heads = 2, .inner = 24});
  };
  compare(
      std::move(model),
      [](const testing::Twin& twin, const auto& rows, int32_t) { return twin.transformer(rows, 2, 2, true); },
      true);
}

TEST_F(GradientTest, Gru4RecEqualsPlainAutogradOnEveryPrefixOfItsOwn) {
  SequenceModel model{"gru4rec", 1e-3, {}, make_window_sampler({dataset_, split_}, 6, 2, 200)};
  model.make_encoder = [](FlatParameters& parameters) { return make_gru(parameters, 300, {16, 24, 0.3}); };
  compare(
      std::move(model), [](const testing::Twin& twin, const auto& rows, int32_t) { return twin.gru(rows); },
      true);
}

TEST_F(GradientTest, CaserEqualsPlainAutogradOnEveryImageOfItsOwn) {
  SequenceModel model{"caser", 1e-3, {}, make_look_back_sampler({dataset_, split_}, 5, 200)};
  model.make_encoder = [this](FlatParameters& parameters) {
    return make_caser(parameters, 300, dataset_.users(), {16, 5, 3, 4, 0.4, 0.01});
  };
  compare(
      std::move(model),
      [](const testing::Twin& twin, const auto& rows, int32_t user) { return twin.caser(rows, user, 5); },
      true, 0.01);
}

TEST_F(GradientTest, CoreEqualsPlainAutogradOnEveryPrefixOfItsOwn) {
  for (const bool even : {false, true}) {
    SequenceModel model{"core", 1e-3, {}, make_window_sampler({dataset_, split_}, 6, 2, 200)};
    model.make_encoder = [even](FlatParameters& parameters) {
      CoreShape shape{{.width = 16, .layers = 2, .heads = 2, .inner = 24}, even};
      shape.temperature = 0.5;
      return make_core_encoder(parameters, 300, 6, shape);
    };
    compare(
        std::move(model),
        [even](const testing::Twin& twin, const auto& rows, int32_t) {
          return twin.core(rows, even ? 0 : 2, 2);
        },
        true, 0, 0.5);
  }
}

TEST_F(GradientTest, Bert4RecEqualsPlainAutogradOnMaskedSequences) {
  for (const double last_share : {0.0, 1.0}) {
    SequenceModel model{
        "bert4rec", 1e-3, {}, make_mask_sampler({dataset_, split_}, {6, 0.4, last_share}, 150)};
    model.make_encoder = [](FlatParameters& parameters) {
      return make_bert4rec_encoder(parameters, 300, 6, {.width = 16, .layers = 2, .heads = 2, .inner = 24});
    };
    compare(
        std::move(model),
        [](const testing::Twin& twin, const auto& rows, int32_t) {
          return twin.masked_head(twin.transformer(rows, 2, 2, false));
        },
        false);
  }
}

}  // namespace
}  // namespace r2rank::baselines
