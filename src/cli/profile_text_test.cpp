#include "cli/profile_text.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

TEST(ProfileText, NamesTheProductWithItsRateAndTheRest) {
  model::Profile profile;
  at::mm(at::ones({500, 500}), at::ones({500, 500}));
  const std::string text = profile_text(profile);
  EXPECT_NE(text.find("aten::mm"), std::string::npos) << text;
  EXPECT_NE(text.find("GFLOP/s"), std::string::npos) << text;
  EXPECT_NE(text.find("(outside tensor operations)"), std::string::npos) << text;
}

}  // namespace
}  // namespace r2rank::cli
