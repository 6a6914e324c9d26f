#include "baselines/family.h"

#include <gtest/gtest.h>

#include "baselines/scorer.h"

namespace r2rank::baselines {
namespace {

TEST(FamilyOf, TellsWhatAMethodDrawsOn) {
  EXPECT_EQ(family_of("bm25"), Family::kText);
  EXPECT_EQ(family_of("llm-silent-tuned"), Family::kLanguageModel);
  EXPECT_EQ(family_of("server-verdict"), Family::kLanguageModel);
  EXPECT_EQ(family_of("item-knn-pop"), Family::kConventional);
  EXPECT_EQ(family_of("lambdamart"), Family::kCombination);
}

TEST(FamilyOf, KnowsEveryBaselineThatEvalNames) {
  for (const auto& name : baseline_names()) EXPECT_TRUE(family_of(name)) << name;
}

TEST(FamilyOf, KnowsNothingOfOtherNames) {
  for (const char* name : {"", "model", "tfidf2", "llm", "LightGCN"}) EXPECT_FALSE(family_of(name)) << name;
}

TEST(FamilyName, IsWrittenInWords) {
  EXPECT_EQ(family_name(Family::kText), "text");
  EXPECT_EQ(family_name(Family::kCombination), "combination");
}

}  // namespace
}  // namespace r2rank::baselines
