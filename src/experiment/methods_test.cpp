#include "experiment/methods.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "baselines/family.h"
#include "baselines/test_data.h"
#include "baselines/trainable.h"
#include "experiment/comparison_plan.h"

namespace r2rank::experiment {
namespace {

TEST(Methods, HaveNamesOfTheirOwnAndSaySomething) {
  std::set<std::string> names;
  for (const auto& method : all_methods()) {
    EXPECT_TRUE(names.insert(std::string(method->text().name)).second) << method->text().name;
    EXPECT_FALSE(method->text().summary.empty());
    EXPECT_FALSE(method->text().source.empty()) << method->text().name;
  }
  EXPECT_TRUE(names.contains("sasrec"));
}

TEST(Methods, TakeBackTheSettingsTheyShowAndTheTrialsTheyName) {
  for (const auto& method : all_methods()) {
    SCOPED_TRACE(method->text().name);
    const auto settings = settings_of(*method);
    EXPECT_NO_THROW(set_settings(*method, settings));
    EXPECT_EQ(settings_of(*method), settings);
    EXPECT_LE(method->trials().size(), 5U);
    for (const auto& trial : method->trials()) EXPECT_NO_THROW(set_settings(*method, trial));
  }
}

TEST(Methods, LearnByEpochsWhereTheirScorersAreTrainable) {
  const auto dataset = baselines::testing::random_dataset(1, 20, 12);
  const auto split = baselines::testing::leave_last_two(dataset);
  for (const auto& method : all_methods()) {
    const std::string name(method->text().name);
    SCOPED_TRACE(name);
    if (name.starts_with("llm-") || name.starts_with("server-") || name == "trained-model") {
      EXPECT_TRUE(is_language_method(name));
      EXPECT_EQ(learns_by_epochs(name), name.ends_with("-tuned") || name == "llm-dual-encoder");
      continue;
    }
    EXPECT_FALSE(is_language_method(name));
    const auto scorer = method->make({dataset, split}, 7);
    EXPECT_EQ(learns_by_epochs(name), dynamic_cast<baselines::Trainable*>(scorer.get()) != nullptr);
  }
}

TEST(Methods, BelongToAFamilyEach) {
  using baselines::Family, baselines::family_of;
  for (const auto& name : method_names()) {
    ASSERT_TRUE(family_of(name)) << name;
    EXPECT_EQ(family_of(name) == Family::kLanguageModel, is_language_method(name)) << name;
    EXPECT_FALSE(is_combination(name)) << name;
    EXPECT_NE(family_of(name), Family::kCombination) << name;
  }
  for (const char* name : {"blend", "lambdamart"}) {
    EXPECT_TRUE(is_combination(name));
    EXPECT_EQ(family_of(name), Family::kCombination) << name;
  }
}

TEST(Methods, AreSuggestedWhenMisspelt) {
  try {
    make_method("sasrek");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'sasrec'?"), std::string::npos) << error.what();
  }
}

TEST(Settings, AreWrittenAsNameAndValue) {
  EXPECT_EQ(parse_setting("a=b=c"), (std::pair<std::string, std::string>{"a", "b=c"}));
  EXPECT_EQ(parse_setting("a="), (std::pair<std::string, std::string>{"a", ""}));
  EXPECT_THROW(parse_setting("a"), base::Error);
  EXPECT_THROW(parse_setting("=a"), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
