#include "baselines/neural/caser_encoder.h"

#include <gtest/gtest.h>

#include "baselines/neural/sequence_gradients.h"

namespace r2rank::baselines {
namespace {

using testing::GradientTest;

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

}  // namespace
}  // namespace r2rank::baselines
