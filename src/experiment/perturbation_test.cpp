#include "experiment/perturbation.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::experiment {
namespace {

TEST(Perturbation, ChangesNothingUnlessAsked) {
  const Perturbation none;
  EXPECT_EQ(none.view(0), rollout::PromptView{});
  EXPECT_EQ(none.suffix(), "");
  none.check(0);
  none.check(3);
}

TEST(Perturbation, NamesWhatItChanges) {
  Perturbation all{
      .shuffle_history = true, .made_up_names = true, .shown_history = 0, .change_rationales = "scramble"};
  EXPECT_EQ(all.suffix(), "-shuffled-history-made-up-names-history0-scramble");
  EXPECT_EQ(Perturbation{.ensemble = 4}.suffix(), "-ensemble4");
  EXPECT_EQ(Perturbation{.change_rationales = "fixed-filler"}.suffix(), "-fixed-filler");
}

TEST(Perturbation, ShowsTheFirstMemberOfAnEnsembleAsItIs) {
  const Perturbation ensemble{.ensemble = 3, .seed = 5};
  EXPECT_FALSE(ensemble.view(0).shuffled_history);
  EXPECT_TRUE(ensemble.view(1).shuffled_history);
  EXPECT_NE(ensemble.view(1), ensemble.view(2));
  EXPECT_EQ(ensemble.view(2).seed, 5U);
  EXPECT_TRUE((Perturbation{.shuffle_history = true}.view(0).shuffled_history));
}

TEST(Perturbation, RefusesWhatCannotBe) {
  const auto error = [](const Perturbation& perturbation, int64_t rationales) {
    return data::testing::error_of(base::ErrorKind::kUsage, [&] { perturbation.check(rationales); });
  };
  data::testing::expect_parts(error({.change_rationales = "swap"}, 0),
                              {"--change-rationales swap", "--rationales"});
  data::testing::expect_parts(error({.change_rationales = "fixed-filler"}, 0),
                              {"--change-rationales fixed-filler", "--rationales"});
  data::testing::expect_parts(error({.ensemble = 2}, 1), {"--ensemble 2", "silent", "--rationales 1"});
}

}  // namespace
}  // namespace r2rank::experiment
