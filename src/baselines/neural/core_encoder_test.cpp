#include "baselines/neural/core_encoder.h"

#include <gtest/gtest.h>

#include "baselines/neural/sequence_gradients.h"

namespace r2rank::baselines {
namespace {

using testing::GradientTest;

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

}  // namespace
}  // namespace r2rank::baselines
