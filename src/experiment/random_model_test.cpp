#include "experiment/random_model.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace r2rank::experiment {
namespace {

TEST(RandomModel, HasTheShapeItsSizeNames) {
  model::ModelOptions options;
  options.tuning = "frozen";
  const auto model = random_model("29m", options);
  EXPECT_EQ(model->config().layers, 6);
  EXPECT_EQ(model->config().head_width, 64);
  int64_t weights = 0;
  for (const auto& parameter : model->parameters().all()) weights += parameter.compute.numel();
  EXPECT_NEAR(static_cast<double>(weights), 29e6, 1e6);
}

TEST(RandomModel, TakesAnotherVocabulary) {
  model::ModelOptions options;
  options.tuning = "frozen";
  EXPECT_EQ(random_model("29m", options, 1000)->transformer().output_table->compute.size(0), 1000);
}

TEST(RandomModel, OfAnUnknownSizeIsRefusedWithTheKnownOnes) {
  try {
    random_model("7b", {});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("29m, 135m, 360m, 1.2b"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace r2rank::experiment
