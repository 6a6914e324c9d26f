#include "baselines/neural/transformer_encoder.h"

#include <gtest/gtest.h>

#include "baselines/neural/sequence_gradients.h"

namespace r2rank::baselines {
namespace {

using testing::GradientTest;

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
