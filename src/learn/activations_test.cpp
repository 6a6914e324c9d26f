#include "learn/activations.h"

#include <gtest/gtest.h>

#include "learn/tiny_ranking_model.h"
#include "learn/train_config.h"

namespace r2rank::learn {
namespace {

class Activations : public ::testing::Test {
 protected:
  Activations() { testing::write_tiny_base(folder_.path() / "base"); }
  std::unique_ptr<RankingModel> open(const std::string& tuning = "full") {
    return testing::open_tiny(folder_.path() / "base", tuning);
  }
  data::testing::TemporaryFolder folder_;
  TrainConfig config_;
};

TEST_F(Activations, TakeWhatTheShapesSayInEachLayer) {
  const auto ranking = open();
  const auto& shape = ranking->model->config();  // width 16, 2 heads, ffn 24
  const double layer = 6.0 * 16 + 4.0 * 2 * static_cast<double>(shape.head_width) + 3.0 * 24;
  const auto layers = static_cast<double>(shape.layers);
  EXPECT_EQ(activation_bytes(*ranking->model, 10, false), 4 * 10 * layers * layer);
  EXPECT_EQ(activation_bytes(*ranking->model, 10, true), 4 * 10 * (layers * 16 + layer));
}

TEST_F(Activations, AreRecomputedAsToldAndOtherwiseOnlyWhenTheyAreMany) {
  const auto ranking = open();
  const auto recomputed = [&](const char* setting, int64_t tokens) {
    config_.checkpoint_layers = setting;
    return recomputes_layers(config_, *ranking->model, tokens, 6e9);
  };
  EXPECT_TRUE(recomputed("on", 1));
  EXPECT_FALSE(recomputed("off", 1'000'000'000));
  EXPECT_FALSE(recomputed("auto", 1));
  EXPECT_TRUE(recomputed("auto", 1'000'000'000));
}

TEST_F(Activations, AreThoseOfTheLayersThatAreTrained) {
  auto options = testing::tiny_options();
  const auto all = open();
  options.trained_layers = 1;
  const auto upper = open_ranking_model(folder_.path() / "base", options, testing::tiny_prompt());
  ASSERT_GT(all->model->config().layers, 1);
  EXPECT_EQ(activation_bytes(*upper->model, 10, false) * static_cast<double>(all->model->config().layers),
            activation_bytes(*all->model, 10, false));
}

TEST_F(Activations, AreNotNeededByAHeadAlone) {
  config_.checkpoint_layers = "on";
  const auto ranking = open("head");
  EXPECT_FALSE(recomputes_layers(config_, *ranking->model, 1'000'000'000, 6e9));
  EXPECT_EQ(activation_bytes(*ranking->model, 1'000'000'000, false), 0);
}

}  // namespace
}  // namespace r2rank::learn
