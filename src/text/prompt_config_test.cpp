#include <gtest/gtest.h>

#include "base/error.h"
#include "text/prompt.h"

namespace r2rank::text {
namespace {

TEST(PromptConfig, EveryParameterCanBeSetByName) {
  PromptConfig config;
  base::ConfigFields fields;
  config.describe(fields);
  EXPECT_EQ(fields.all().size(), 12u);
  fields.set("prompt_cue", " Verdict:");
  fields.set("history_items", "3");
  fields.set("prompt_rationale_start", "");
  EXPECT_EQ(config.cue, " Verdict:");
  EXPECT_EQ(config.history_items, 3);
  EXPECT_EQ(config.rationale_start, "");
}

TEST(PromptConfig, ImpossibleBudgetsAreRefused) {
  PromptConfig config;
  base::ConfigFields fields;
  config.describe(fields);
  for (const char* name : {"title_tokens", "history_tokens", "candidate_tokens"}) {
    EXPECT_THROW(fields.set(name, "0"), base::Error) << name;
    EXPECT_THROW(fields.set(name, "-1"), base::Error) << name;
  }
  EXPECT_THROW(fields.set("history_items", "-1"), base::Error);
}

}  // namespace
}  // namespace r2rank::text
