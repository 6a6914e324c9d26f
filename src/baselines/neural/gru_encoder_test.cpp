#include "baselines/neural/gru_encoder.h"

#include <gtest/gtest.h>

#include "baselines/neural/sequence_gradients.h"

namespace r2rank::baselines {
namespace {

using testing::GradientTest;

TEST_F(GradientTest, Gru4RecEqualsPlainAutogradOnEveryPrefixOfItsOwn) {
  SequenceModel model{"gru4rec", 1e-3, {}, make_window_sampler({dataset_, split_}, 6, 2, 200)};
  model.make_encoder = [](FlatParameters& parameters) { return make_gru(parameters, 300, {16, 24, 0.3}); };
  compare(
      std::move(model), [](const testing::Twin& twin, const auto& rows, int32_t) { return twin.gru(rows); },
      true);
}

}  // namespace
}  // namespace r2rank::baselines
